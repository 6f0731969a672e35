import { readFileSync } from 'node:fs';

/** The build copies the files beside the programs. A change of a value that exists is another version. */
const FOLDER = new URL('./vectors/v1/', import.meta.url);

/** Known answers for whoever writes an app of their own, made by another implementation. */
export const VECTORS = [
  'device-proof',
  'pin-proof',
  'chosen-pin',
  'knowledge-key',
  'envelope',
  'test-envelope',
  'authenticator-envelope',
  'refused-envelopes',
  'one-time-code',
  'transaction',
  'card-proof',
] as const;
export type VectorName = (typeof VECTORS)[number];

/** The JSON of one file of vectors. */
export function vectorText(name: VectorName): string {
  return readFileSync(new URL(`${name}.json`, FOLDER), 'utf8');
}
