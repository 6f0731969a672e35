import { timingSafeEqual } from 'node:crypto';

/** The only comparison of secrets. Different lengths are unequal; equal lengths take the same time for any content. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
