import { PROBLEM_CODES, PushguardError, type InputFault, type ProblemCode } from './pushguard-error.ts';

/** Makes the error of an answer that is not 2xx. Never throws: of an unreadable body, the status remains. */
export function readProblem(response: { status: number; headers: Headers }, text: string): PushguardError {
  const { status, headers } = response;
  const retryAfterSeconds = readRetryAfter(headers);
  const isJson = /^application\/(problem\+)?json\b/.test(headers.get('content-type') ?? '');
  const problem = isJson ? objectIn(text) : {};
  const { code, detail, attemptsLeft, state, errors } = problem;
  if (!isProblemCode(code)) {
    const found = typeof code === 'string' ? `the unknown code ${code.slice(0, 64)}` : 'no problem document';
    return new PushguardError('unexpected_answer', `The answer had the status ${status} and ${found}.`, {
      status,
      retryAfterSeconds,
    });
  }
  return new PushguardError(code, typeof detail === 'string' ? detail : '', {
    status,
    retryAfterSeconds,
    attemptsLeft: typeof attemptsLeft === 'number' ? attemptsLeft : undefined,
    state: typeof state === 'string' ? state : undefined,
    errors: Array.isArray(errors) ? errors.filter(isInputFault) : undefined,
  });
}

/** Reads a JSON object; anything else is an empty one. */
export function objectIn(text: string): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** `Retry-After` is a number of seconds or a date (RFC 9110, 10.2.3); a date is relative to the answer's own `Date`. */
function readRetryAfter(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const from = Date.parse(headers.get('date') ?? '') || Date.now();
  const seconds = Math.ceil((Date.parse(value) - from) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

function isProblemCode(code: unknown): code is ProblemCode {
  return PROBLEM_CODES.some((known) => known === code);
}

function isInputFault(fault: unknown): fault is InputFault {
  if (typeof fault !== 'object' || fault === null) return false;
  const { pointer, detail } = fault as Partial<Record<string, unknown>>;
  return typeof pointer === 'string' && typeof detail === 'string';
}
