import type { FastifyRequest } from 'fastify';

/** True if a link scanner or a prefetch sent the request. Neither may spend what a person opens once. */
export function looksAhead({ method, headers }: FastifyRequest): boolean {
  return method === 'HEAD' || String(headers['sec-purpose'] ?? headers['purpose'] ?? '').startsWith('prefetch');
}
