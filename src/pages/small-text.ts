import { readFileSync, statSync } from 'node:fs';

/** Bytes of one file of an adopter; the longest text of terms in use has some 60 KiB. */
export const MOST_BYTES = 512 * 1024;

/** Reads a file in UTF-8. Throws for one that is too large, and for what is no file, before it is read: a pipe would not end. */
export function readSmallText(path: string): string {
  const found = statSync(path);
  if (!found.isFile() || found.size > MOST_BYTES) throw new Error('no file, or too large');
  return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
}
