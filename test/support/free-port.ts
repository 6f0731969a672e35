import { createServer } from 'node:net';

/** The range below the ephemeral ports that systems assign to outgoing connections and to port 0. */
const [FROM, TO] = [12_000, 32_000];
/** More than Jest's workers (`maxWorkers`): each of them has ports of its own. */
const WORKERS = 8;

const share = Math.floor((TO - FROM) / WORKERS);
const first = FROM + (Number(process.env['JEST_WORKER_ID'] ?? 0) % WORKERS) * share;
/** Begins anywhere in the share, because a later file of the same worker begins anew. */
let next = Math.floor(Math.random() * share);

/**
 * Returns a free loopback port, which no other caller gets: neither another file that runs at the same time nor a
 * later call of this file. A process can listen on it, end, and listen on it again.
 */
export async function freePort(): Promise<number> {
  const port = first + (next++ % share);
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  await new Promise((resolve) => server.close(resolve));
  return free ? port : freePort();
}
