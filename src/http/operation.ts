import { ApiExtension } from '@nestjs/swagger';
import type { ProblemCode } from '../domain/problem.ts';

/** Headers of answers that only some operations send. `src/developers/openapi/headers.ts` describes them. */
export type AnswerHeader = 'Idempotency-Replayed' | 'ETag' | 'Content-Disposition';

/** What the contract says about one operation, beside its comment, its input and its output. */
export interface Declared {
  /** A few words for a list of operations. */
  summary: string;
  /** What a success answers, in one phrase. */
  answers: string;
  /** The problems of this operation. Those that follow from its caller or its body are added. */
  refuses?: readonly ProblemCode[];
  /** Headers of a success. */
  headers?: readonly AnswerHeader[];
}

/**
 * Declares one operation of the API. `name` is its `operationId`: what a person would call a function that calls it.
 * Generated clients name their functions so, and it never changes.
 */
export function Operation(name: string, { summary, answers, refuses = [], headers = [] }: Declared): MethodDecorator {
  // Not by ApiOperation: the plugin that reads the comment declares a whole one, which has no summary.
  return ApiExtension(DECLARED, { name, summary, answers, refuses, headers } satisfies Completed);
}

/** A declaration as it stands in the document until it is completed. */
export type Completed = Required<Declared> & { name: string };

/** The extension under which the declaration stands in the document until it is completed. */
export const DECLARED = 'x-declared';

/** The extension under which the mode of its controller stands; without one it is `live`. */
export const MODE = 'x-mode';

/** The extension under which the media types of a body stand, where they have different schemas. */
export const BODY = 'x-body';
