import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections, of which thousands come and go during a test. */
const [FROM, TO] = [15_000, 32_000];

/** A free port of the loopback, for a process that must be found where its predecessor was. */
export async function freePort(): Promise<number> {
  const port = randomInt(FROM, TO);
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
  });
  await new Promise((resolve) => server.close(resolve));
  return free ? port : freePort();
}
