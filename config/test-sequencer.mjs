// Starts the longest files first: a long file that starts last would keep one worker busy while the others are idle.
// Jest itself knows durations only after a first run, so not on a fresh clone. A file that is not named comes by its size.
import { statSync } from 'node:fs';

const LONGEST = [
  'database/carrier',
  'browser/phone',
  'database/crashes',
  'database/races',
  'browser/website',
  'api/operator-console',
  'database/audit',
  'api/carrier-import',
  'browser/side-by-side',
  'database/silent-connection',
  'browser/desk',
  'database/hosts',
  'api/website',
  'database/redis-refusals',
  'database/commands',
  'database/personal-data',
  'browser/window',
  'api/sms-permissions',
  'browser/text-size',
  'database/rotation',
  'embedded/two-roles',
  'database/poolers',
  'api/carrier-import-limits',
  'browser/phone-codes',
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
