// Starts the longest files first: a long file that starts last would keep one worker busy while the others are idle.
// Jest itself knows durations only after a first run, so not on a fresh clone. A file that is not named comes by its size.
import { statSync } from 'node:fs';

const LONGEST = [
  'browser/desk',
  'browser/phone',
  'api/operator-console',
  'browser/website',
  'browser/text-size',
  'api/carrier-import',
  'database/restoring',
  'database/carrier',
  'browser/phone-standing',
  'database/crashes',
  'browser/side-by-side',
  'database/operated',
  'database/redis-refusals',
  'database/races',
  'browser/app',
  'database/hosts',
  'database/audit',
  'embedded/embedded-postgres',
  'embedded/two-roles',
  'api/authenticators',
  'browser/phone-codes',
  'journeys/documents',
  'api/test-mode',
  'database/commands',
  'browser/window',
  'database/personal-data',
  'database/growth',
  'database/silent-connection',
  'api/console',
  'api/website',
  'database/numbers',
  'browser/console',
  'api/configuration',
  'database/webhooks',
  'database/poolers',
  'attacks/sim-holder',
  'api/start',
  'browser/developers',
  'api/webhooks',
  'database/client-command',
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
