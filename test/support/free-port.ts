import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ephemeral ports that systems assign to outgoing connections; thousands of those come and go during a test.
 */
const [FROM, TO] = [15_000, 32_000];

/** Returns a free loopback port, for a process that must restart on the port of its predecessor. */
export async function freePort(): Promise<number> {
  const port = randomInt(FROM, TO);
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  await new Promise((resolve) => server.close(resolve));
  return free ? port : freePort();
}
