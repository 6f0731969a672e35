// Starts the longest files first: a long file that starts last would keep one worker busy while the others are idle.
// Jest itself knows durations only after a first run, so not on a fresh clone.
const LONGEST = [
  'database/carrier',
  'browser/phone',
  'database/crashes',
  'browser/website',
  'database/races',
  'database/audit',
  'api/operator-console',
  'browser/desk',
  'api/carrier-import',
  'api/website',
  'embedded/two-roles',
  'database/commands',
  'database/rotation',
  'api/sms-permissions',
];

const placeOf = ({ path }) => {
  const place = LONGEST.findIndex((name) => path.replaceAll('\\', '/').endsWith(`test/${name}.spec.ts`));
  return place === -1 ? LONGEST.length : place;
};

export default class LongestFirst {
  sort(tests) {
    return [...tests].sort((one, other) => placeOf(one) - placeOf(other) || one.path.localeCompare(other.path));
  }

  allFailedTests(tests) {
    return tests;
  }

  shard(tests) {
    return tests;
  }

  cacheResults() {}
}
