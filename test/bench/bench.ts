/**
 * `npm run bench`: whole main flows over HTTP, compared in the same run with a bare floor and with a peer from the
 * field.
 *
 * This file is the entry point of every process of the benchmark; the first argument is its role. Without a role it is
 * the run itself: it starts the other processes, plays the windows and the phones, and prints one JSON object per line.
 */
const ROLES: Record<string, () => Promise<unknown>> = {
  platforms: () => import('./platforms.ts'),
  receiver: () => import('./receiver.ts'),
  floor: () => import('./floor.ts'),
  peer: () => import('./peer-ciba.ts'),
};

const role = ROLES[process.argv[2] ?? ''] ?? (() => import('./run.ts'));
await role();
