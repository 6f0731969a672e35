import { createServer, type Server } from 'node:http';
import type { Loops } from '../process/loops.ts';
import type { Metrics } from './metrics.ts';
import type { Readiness } from './readiness.ts';
import { answerUnparsed } from './unparsed.ts';

/** The state of a process for its operators: liveness, readiness and metrics. */
export interface Health {
  loops: Loops;
  readiness: Pick<Readiness, 'answer'>;
  metrics: Metrics;
  /** The public address of the service. */
  issuer: string;
}

/** The management port: `/health/live`, `/health/ready` and `/metrics`. Callers of the API have no access to it. */
export function createManagementServer(health: Health): Server {
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'Content-Type': type, ...headers }).end(body);
    const state = (body: { status: 'up' | 'down' }) =>
      answer(body.status === 'up' ? 200 : 503, 'application/json', JSON.stringify(body));
    const [path = ''] = (request.url ?? '').split('?', 1);
    const isKnown = ['/health/live', '/health/ready', '/metrics'].includes(path);
    if (isKnown && !['GET', 'HEAD'].includes(request.method ?? '')) {
      answer(405, 'text/plain', 'Use GET or HEAD.\n', { Allow: 'GET, HEAD' });
      return;
    }
    switch (path) {
      case '/health/live': {
        const stuck = health.loops.stuck();
        state(stuck.length === 0 ? { status: 'up' } : { status: 'down', ...{ stuck } });
        break;
      }
      case '/health/ready':
        health.readiness.answer().then(state, () => state({ status: 'down' }));
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
  answerUnparsed(server, health.issuer);
  return server;
}
