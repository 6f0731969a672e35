import { timingSafeEqual } from 'node:crypto';

/** The one comparison of secrets. Different lengths are unequal; equal lengths take the same time whatever they hold. */
export function equalInConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
