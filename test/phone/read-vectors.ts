import { vectorText, type VectorName } from '../../src/developers/vector-files.ts';

/** The known answers that /developers serves. Each file's `how` describes how they were computed. */
export function readVectors(name: VectorName): unknown {
  return JSON.parse(vectorText(name));
}
