import { createServer, type Server } from 'node:http';
import type { Metrics } from './metrics.ts';
import { answerUnparsed } from './unparsed.ts';

/** The state of a process for its operators: liveness, readiness and metrics. */
export interface Health {
  /** Rejects when the process cannot serve. */
  ready(): Promise<void>;
  metrics: Metrics;
}

/** The management port: `/health/live`, `/health/ready` and `/metrics`. Callers of the API have no access to it. */
export function createManagementServer(health: Health): Server {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'Content-Type': type }).end(body);
    const [path = ''] = (request.url ?? '').split('?', 1);
    switch (path) {
      case '/health/live':
        answer(200, 'application/json', '{"status":"up"}');
        break;
      case '/health/ready':
        health.ready().then(
          () => answer(200, 'application/json', '{"status":"up"}'),
          () => answer(503, 'application/json', '{"status":"down"}'),
        );
        break;
      case '/metrics':
        health.metrics.registry.metrics().then(
          (text) => answer(200, health.metrics.registry.contentType, text),
          () => answer(500, 'text/plain', ''),
        );
        break;
      default:
        answer(404, 'text/plain', 'Try /health/live, /health/ready or /metrics.\n');
    }
  });
  answerUnparsed(server);
  return server;
}
