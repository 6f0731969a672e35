// Starts the longest files first: a long file that starts last would keep one worker busy while the others are idle.
// Jest itself knows durations only after a first run, so not on a fresh clone. A file that is not named comes by its size.
import { statSync } from 'node:fs';

const LONGEST = [
  'database/client-command',
  'database/restoring',
  'database/races',
  'api/operator-console',
  'database/carrier',
  'browser/phone',
  'browser/text-size',
  'browser/website',
  'database/crashes',
  'browser/side-by-side',
  'browser/desk',
  'api/carrier-import',
  'database/silent-connection',
  'database/hosts',
  'browser/phone-standing',
  'database/redis-refusals',
  'database/personal-data',
  'database/poolers',
  'api/carrier-import-limits',
  'browser/window',
  'database/audit',
  'api/configuration',
  'embedded/two-roles',
  'browser/phone-codes',
  'api/authenticators',
  'database/commands',
  'database/redis',
  'database/platform-down',
  'api/website',
];

const placeOf = ({ path }) => {
  const place = LONGEST.findIndex((name) => path.replaceAll('\\', '/').endsWith(`test/${name}.spec.ts`));
  return place === -1 ? LONGEST.length : place;
};

export default class LongestFirst {
  sort(tests) {
    const sizes = new Map(tests.map(({ path }) => [path, statSync(path).size]));
    return [...tests].sort(
      (one, other) =>
        placeOf(one) - placeOf(other) ||
        sizes.get(other.path) - sizes.get(one.path) ||
        one.path.localeCompare(other.path),
    );
  }

  allFailedTests(tests) {
    return tests;
  }

  shard(tests) {
    return tests;
  }

  cacheResults() {}
}
