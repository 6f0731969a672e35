const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

/** Milliseconds between the failure of an attempt and the next one: 75 hours in all, as Standard Webhooks suggests. */
const WAITS_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** Attempts to send one event to one endpoint. */
export const WEBHOOK_ATTEMPTS = WAITS_MS.length + 1;
/** Endpoints of one client. */
export const WEBHOOK_ENDPOINTS = 10;
/** Days for which events and attempts are kept. */
export const WEBHOOK_DAYS = 30;
/** Days of nothing but failures after which an endpoint is disabled. */
export const WEBHOOK_FAILING_DAYS = 5;
/** Requests to one endpoint at the same time. */
export const WEBHOOK_LANES = 4;
/** Milliseconds for one attempt, from the resolution of the name to the end of the answer. */
export const WEBHOOK_DEADLINE_MS = 15 * SECOND;
/** The longest pause that an endpoint can ask for. */
const LONGEST_PAUSE_MS = 24 * HOUR;

/**
 * Milliseconds from the failure of attempt number `attempt` to the next one, up to a fifth shorter or longer: `fraction` is
 * a random number in [0, 1), so that what failed together does not come back together. Null after the last attempt.
 */
export function waitAfterAttempt(attempt: number, fraction: number): number | null {
  const wait = WAITS_MS[attempt - 1];
  return wait === undefined ? null : Math.round(wait * (0.8 + 0.4 * fraction));
}

/** Statuses whose `Retry-After` asks for a pause (RFC 9110, 15.6.4; RFC 6585, 4). */
const PAUSING = new Set([429, 502, 503, 504]);

/** Milliseconds for which an answer asks to be left alone: seconds, or an instant (RFC 9110, 10.2.3). 0 for none. */
export function pauseAskedFor(status: number, retryAfter: string | undefined, now: Date): number {
  if (!PAUSING.has(status) || retryAfter === undefined) return 0;
  const text = retryAfter.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * SECOND : Date.parse(text) - now.getTime();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), LONGEST_PAUSE_MS) : 0;
}
