/** A refusal by the service, from `application/problem+json` (RFC 9457). An app branches on `code`. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  /** The HTTP status. */
  readonly status: number;
  /** The service's stable code, such as `pin_mismatch`; `unknown` when a proxy or a captive portal answered. */
  readonly code: string;
  readonly detail: string;
  /** With `pin_mismatch` and `code_mismatch`: the number of attempts left. */
  readonly attemptsLeft: number | undefined;
  /** With 429 and 503: seconds to wait. */
  readonly retryAfterSeconds: number | undefined;

  constructor(problem: {
    status: number;
    code: string;
    detail: string;
    attemptsLeft?: number | undefined;
    retryAfterSeconds?: number | undefined;
  }) {
    super(`${String(problem.status)} ${problem.code}: ${problem.detail}`);
    this.status = problem.status;
    this.code = problem.code;
    this.detail = problem.detail;
    this.attemptsLeft = problem.attemptsLeft;
    this.retryAfterSeconds = problem.retryAfterSeconds;
  }
}

/** Parses a response that is not 2xx. Never rejects: with an unreadable body, the status remains. */
export async function problemOf(response: Response): Promise<ProblemError> {
  const { code, detail, title, attemptsLeft } = await readProblem(response);
  return new ProblemError({
    status: response.status,
    code: typeof code === 'string' ? code : 'unknown',
    detail: [detail, title, response.statusText].find((text) => typeof text === 'string') ?? '',
    attemptsLeft: typeof attemptsLeft === 'number' ? attemptsLeft : undefined,
    retryAfterSeconds: retryAfterSeconds(response.headers),
  });
}

async function readProblem(response: Response): Promise<Partial<Record<string, unknown>>> {
  if (!response.headers.get('content-type')?.startsWith('application/problem+json')) {
    await response.body?.cancel();
    return {};
  }
  try {
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null ? { ...body } : {};
  } catch {
    return {};
  }
}

/**
 * `Retry-After` is a number of seconds or a date (RFC 9110 §10.2.3); a date is relative to the response's own `Date`.
 */
function retryAfterSeconds(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const seconds = Math.ceil((Date.parse(value) - Date.parse(headers.get('date') ?? '')) / 1000);
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
