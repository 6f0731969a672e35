import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Makes a random `state`: 43 characters that a cookie and a query take as they are. */
export function newState(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Whether the `state` that a browser brought back is the one that you gave this browser. Takes the same time for every
 * wrong one. A state that is missing or empty matches nothing.
 */
export function stateMatches(returned: string | null | undefined, expected: string | null | undefined): boolean {
  if (!returned || !expected) return false;
  return timingSafeEqual(digestOf(returned), digestOf(expected));
}

/** The value of a cookie that binds a window to the browser that was sent there. */
export function bindingOf(windowId: string, state: string): string {
  return `${encodeURIComponent(windowId)}.${digestOf(state).toString('base64url')}`;
}

/**
 * Returns the id of the window from which a browser came back, or undefined if this browser was not sent there.
 *
 * @param returned the address that the browser asked for, or its query: it has `windowId` and `state`
 * @param binding the cookie that was set with `binding` of the created window
 */
export function windowOfReturn(
  returned: URL | URLSearchParams | string,
  binding: string | null | undefined,
): string | undefined {
  const query = queryOf(returned);
  const [windowId, state] = [query.get('windowId'), query.get('state')];
  if (!windowId || !state || !stateMatches(bindingOf(windowId, state), binding)) return undefined;
  return windowId;
}

function queryOf(returned: URL | URLSearchParams | string): URLSearchParams {
  if (returned instanceof URLSearchParams) return returned;
  return returned instanceof URL ? returned.searchParams : new URLSearchParams(returned.replace(/^[^?]*\?/, ''));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
