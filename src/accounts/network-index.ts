import type { ServiceKeys } from '../crypto/service-keys.ts';
import { networkOf } from '../http/address.ts';

/** The index under which the network of an address is remembered for an account. */
export function networkIndex(keys: ServiceKeys, address: string): Buffer {
  return keys.indexes.of('network', networkOf(address));
}
