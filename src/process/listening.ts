import { createServer, type Server } from 'node:net';
import type { Environment } from '../../config/environment.ts';
import { namingVariable } from './variable-at-fault.ts';

/** Does what listens on a port. A port may be taken or forbidden; every other fault is the host's. */
export function listening<Result>(port: 'PORT' | 'MANAGEMENT_PORT', listen: () => Promise<Result>): Promise<Result> {
  return namingVariable((code) => (code === 'EADDRINUSE' || code === 'EACCES' ? port : 'HOST'), listen);
}

/**
 * Rejects if the service could not listen on its ports, by the name of the variable at fault. A start asks before it
 * creates or changes anything; another process may still take a port afterwards, which the start then tells too.
 */
export async function requireFreePorts({ HOST, PORT, MANAGEMENT_PORT, ROLE }: Environment): Promise<void> {
  const needed = { ...(ROLE !== 'worker' && { PORT }), MANAGEMENT_PORT };
  const servers: Server[] = [];
  try {
    for (const name of ['PORT', 'MANAGEMENT_PORT'] as const) {
      const port = needed[name];
      // The first one stays open meanwhile: both may be the same number.
      if (port !== undefined) servers.push(await listening(name, () => listenOn(port, HOST)));
    }
  } finally {
    await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  }
}

async function listenOn(port: number, host: string): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return server;
}
