import type { FastifyReply } from 'fastify';

/** A limit that is used up. */
export interface SpentLimit {
  name: string;
  quota: number;
  /** The interval; none where what counts ends by itself or is deleted. */
  seconds?: number;
}

/**
 * Sets `Retry-After`, and of a limit `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11), which has no
 * time where nobody knows it.
 */
export function tellLimit(
  reply: FastifyReply,
  { retryAfterSeconds, limit }: { retryAfterSeconds?: number | undefined; limit?: SpentLimit | undefined },
): void {
  if (retryAfterSeconds !== undefined) void reply.header('Retry-After', String(retryAfterSeconds));
  if (!limit) return;
  const { name, quota, seconds } = limit;
  const until = retryAfterSeconds ?? seconds;
  void reply.header('RateLimit-Policy', `"${name}";q=${quota}${seconds === undefined ? '' : `;w=${seconds}`}`);
  void reply.header('RateLimit', `"${name}";r=0${until === undefined ? '' : `;t=${until}`}`);
}
