/**
 * - `ok`: it works.
 * - `note`: it works, and an operator should know of it.
 * - `wrong`: the service would not do its work with it.
 * - `unknown`: it could not be judged.
 * - `off`: it is not configured and need not be.
 */
export type LineState = 'ok' | 'note' | 'wrong' | 'unknown' | 'off';

/** What the doctor says about one thing. No secret and nothing of a person is in it. */
export interface Line {
  check: string;
  state: LineState;
  says: string;
  /** What to do about it. */
  todo?: string;
}

export const ok = (check: string, says: string): Line => ({ check, state: 'ok', says });
export const off = (check: string, says: string): Line => ({ check, state: 'off', says });
export const note = (check: string, says: string, todo: string): Line => ({ check, state: 'note', says, todo });
export const wrong = (check: string, says: string, todo: string): Line => ({ check, state: 'wrong', says, todo });
export const unknown = (check: string, says: string, todo: string): Line => ({ check, state: 'unknown', says, todo });

/** The first line of what failed. The driver has no sentence for a name with several addresses. */
export function reasonOf(error: unknown): string {
  const { message, code, errors } = error as { message?: string; code?: string; errors?: Error[] };
  const text = message || errors?.map((one) => one.message).join(', ') || code || 'unknown error';
  return text.split('\n', 1)[0] ?? '';
}
