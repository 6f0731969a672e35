/**
 * `npm run bench`: whole main flows through HTTP, compared with a bare floor and a peer of the field in the same run.
 *
 * Every process of the benchmark starts here; the first argument is its role. Without a role it is the run itself: it
 * starts the others, plays the windows and the phones, and prints one JSON object a line.
 */
const ROLES: Record<string, () => Promise<unknown>> = {
  platforms: () => import('./platforms.ts'),
  floor: () => import('./floor.ts'),
  peer: () => import('./peer-ciba.ts'),
};

const role = ROLES[process.argv[2] ?? ''] ?? (() => import('./run.ts'));
await role();
