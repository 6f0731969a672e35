import type { FastifyRequest } from 'fastify';

/**
 * Whether a browser navigates: it reads, and names HTML before any other type. Programs name JSON, everything or nothing.
 */
export function acceptsHtml({ method, headers }: FastifyRequest): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  const ranges = (headers.accept ?? '').split(',').map(readRange);
  const html = ranges.find(({ type }) => type === 'text/html' || type === 'application/xhtml+xml');
  if (!html || html.quality === 0) return false;
  return !ranges.some(({ type, quality }) => type.endsWith('json') && quality > html.quality);
}

/** One range of `Accept` with its weight (RFC 9110, 12.5.1). */
function readRange(range: string): { type: string; quality: number } {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((one) => one.startsWith('q='));
  const quality = weight === undefined ? 1 : Number(weight.slice(2));
  return { type, quality: Number.isFinite(quality) ? quality : 0 };
}
