// Starts the longest files first: a long file that starts last would keep one worker busy while the others are idle.
// Jest itself knows durations only after a first run, so not on a fresh clone. A file that is not named comes by its size.
import { statSync } from 'node:fs';

const LONGEST = [
  'api/operator-console',
  'browser/phone',
  'browser/desk',
  'database/operated',
  'api/carrier-import',
  'browser/website',
  'database/restoring',
  'database/carrier',
  'browser/text-size',
  'database/redis-refusals',
  'browser/side-by-side',
  'browser/phone-standing',
  'browser/app',
  'database/crashes',
  'database/races',
  'attacks/bribed-agent',
  'api/reissues',
  'api/ciba',
  'api/test-mode',
  'camara/subscriptions',
  'database/numbers',
  'adopting/files',
  'database/growth',
  'browser/console',
  'api/second-person',
  'database/hosts',
  'database/webhooks',
  'browser/phone-codes',
  'database/silent-connection',
  'api/carrier-import-limits',
  'api/caller-checks',
  'embedded/embedded-postgres',
  'api/configuration',
  'embedded/two-roles',
  'api/website',
  'api/app',
  'api/reissue-applications',
  'api/webhooks',
  'api/authenticators',
  'database/personal-data',
  'attacks/sim-holder',
  'database/audit',
  'database/redis',
  'browser/window',
  'browser/developers',
  'api/operator',
  'database/figures',
  'database/poolers',
  'journeys/documents',
  'database/commands',
  'api/overview',
  'browser/lost-phone',
  'api/start',
  'api/console',
  'api/text-messages',
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
