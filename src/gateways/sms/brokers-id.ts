import { sha256 } from '../../crypto/sha256.ts';

/** What the ids of brokers begin with. */
export const BROKERS_PREFIX = 'http:';

/** The characters of a broker's id that is kept as it is; more than 65 with the prefix would not be kept. */
const PLAIN_ID = /^[\x21-\x7e]{1,60}$/;

/** A broker's id of a message, apart from the ids that an SMS centre gives: two gateways may give the same one. */
export function brokersId(id: string): string {
  return `${BROKERS_PREFIX}${PLAIN_ID.test(id) ? id : sha256(id).toString('base64url')}`;
}
