import type { FastifyRequest } from 'fastify';
import { addressOf, networkOf } from './address.ts';
import type { FormLimit } from './form-limits.ts';

/**
 * The calls of one kind that one address may make for a client in a minute. They need no proof of the client, and each
 * leaves a row. Thousands of phones may share an address of their carrier. Where the calls spend a quota of the client,
 * one address must not use it up, and gets a tenth of it.
 */
const [LEAST, MOST, SHARE] = [5, 120, 0.1];

/** The limit of the address of a request for a client. `name` says what is counted; `quota` is of a minute, if any. */
export function limitOfAddress(name: string, request: FastifyRequest, clientId: string, quota = Infinity): FormLimit {
  const times = Math.max(LEAST, Math.min(MOST, Math.floor(quota * SHARE)));
  return { name, of: `${networkOf(addressOf(request))} ${clientId}`, times, seconds: 60 };
}
