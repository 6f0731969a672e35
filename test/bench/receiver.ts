import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the receiver tells the run: its port, once. */
export interface ReceiverMessage {
  port: number;
}

/** The path that is never answered. */
const HANGING = '/hanging';

// The relying party's server, in a process of its own: it answers every webhook with 204, and one path never.
const server = createServer((request, response) => {
  request.resume();
  if (request.url !== HANGING) request.once('end', () => response.writeHead(204).end());
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port } satisfies ReceiverMessage);
});
process.once('disconnect', () => process.exit(0));
