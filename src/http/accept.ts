import type { FastifyRequest } from 'fastify';

/** Whether a browser navigates: it reads, and names HTML. Programs name JSON, everything or nothing. */
export function acceptsHtml({ method, headers }: FastifyRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  return prefers(headers.accept, ['text/html', 'application/xhtml+xml']);
}

/** Whether the header `Accept` names one of the types, and JSON with no greater weight. A wildcard names none. */
export function prefers(accept: string | undefined, types: readonly string[]): boolean {
  const ranges = (accept ?? '').split(',').map(readRange);
  const quality = Math.max(0, ...ranges.filter(({ type }) => types.includes(type)).map((range) => range.quality));
  return quality > 0 && !ranges.some((range) => range.type.endsWith('json') && range.quality > quality);
}

/** One range of `Accept` with its weight (RFC 9110, 12.5.1). */
function readRange(range: string): { type: string; quality: number } {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((one) => one.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { type, quality: Number.isFinite(quality) ? quality : 0 };
}
