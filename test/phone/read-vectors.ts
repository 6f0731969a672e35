import { readFileSync } from 'node:fs';

/** Known answers from test/crypto/vectors. Each file's `how` describes how they were computed. */
export function readVectors(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../crypto/vectors/${name}.json`, import.meta.url), 'utf8'));
}
