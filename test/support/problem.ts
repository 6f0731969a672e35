import { expect } from '@jest/globals';
import type { ProblemCode } from '../../src/domain/problem.ts';
import type { Answer } from './service.ts';

/** Expects exactly this problem document (RFC 9457), with these additional members and no others. */
export function expectProblem(answer: Answer, status: number, code: ProblemCode, members: object = {}): void {
  expect({
    status: answer.status,
    contentType: answer.headers.get('content-type'),
    cacheControl: answer.headers.get('cache-control'),
    body: answer.body,
  }).toEqual({
    status,
    contentType: 'application/problem+json; charset=utf-8',
    cacheControl: 'no-store',
    body: {
      type: `urn:pushguard:problem:${code}`,
      title: expect.stringMatching(/\S/),
      status,
      detail: expect.stringMatching(/\S/),
      code,
      help: expect.stringMatching(new RegExp(`^https?://.+/developers/errors#${code}$`)),
      ...members,
    },
  });
}

/** Expects 400 `invalid_request` with errors at exactly these pointers; an empty one stands for the whole body. */
export function expectFaults(answer: Answer, ...pointers: string[]): void {
  expectProblem(answer, 400, 'invalid_request', { errors: expect.any(Array) });
  const errors = answer.body['errors'] as { pointer: string; detail: string }[];
  for (const error of errors) {
    expect(error).toEqual({ pointer: expect.any(String), detail: expect.stringMatching(/\S/) });
  }
  expect([...new Set(errors.map(({ pointer }) => pointer))].sort()).toEqual([...pointers].sort());
}
