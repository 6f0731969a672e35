import { LIFETIME_SECONDS } from '../domain/authentication.ts';

/**
 * A window is valid for ten minutes. An authentication that starts in the last second ends three minutes later, and its page
 * is left two minutes after that at the latest.
 */
export const WINDOW_COOKIE_SECONDS = 600 + LIFETIME_SECONDS + 120;

/** The name of the cookie that binds a window to its browser. */
export function windowCookie(id: string): string {
  return `window-${id}`;
}
