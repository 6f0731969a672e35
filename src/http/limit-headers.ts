import type { FastifyReply } from 'fastify';
import type { ProblemMembers } from '../domain/problem.ts';

/**
 * Sets `Retry-After`, and of a limit `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-11). `RateLimit`
 * has no time where neither is given.
 */
export function tellLimit(
  reply: FastifyReply,
  { retryAfterSeconds, limit }: { [Name in 'retryAfterSeconds' | 'limit']?: ProblemMembers[Name] | undefined },
): void {
  if (retryAfterSeconds !== undefined) void reply.header('Retry-After', String(retryAfterSeconds));
  if (!limit) return;
  const { name, quota, seconds } = limit;
  const until = retryAfterSeconds ?? seconds;
  void reply.header('RateLimit-Policy', `"${name}";q=${quota}${seconds === undefined ? '' : `;w=${seconds}`}`);
  void reply.header('RateLimit', `"${name}";r=0${until === undefined ? '' : `;t=${until}`}`);
}
