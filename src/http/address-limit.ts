import type { FastifyRequest } from 'fastify';
import { addressOf, networkOf } from './address.ts';
import type { FormLimit } from './form-limits.ts';

/**
 * The most calls of one kind that an address makes in the name of one client in a minute, where nobody has to prove to be that
 * client and each call leaves a row. Thousands of phones may share an address of their carrier.
 */
const OF_AN_ADDRESS = { times: 120, seconds: 60 };

/** The limit of the address of a request for a client. `name` says what is counted. */
export function limitOfAddress(name: string, request: FastifyRequest, clientId: string): FormLimit {
  return { name, of: `${networkOf(addressOf(request))} ${clientId}`, ...OF_AN_ADDRESS };
}
