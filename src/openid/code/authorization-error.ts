import type { Locale } from '../../domain/locale.ts';
import type { LogInFault } from '../words/keys.ts';

/** How an answer goes back to the client (OAuth 2.0 Multiple Response Types; Form Post Response Mode). */
export type ResponseMode = 'query' | 'form_post';

/** Where the answer to an authorization request goes. */
export interface AnswerTarget {
  redirectUri: string;
  mode: ResponseMode;
  state?: string;
  /** The language of the request, and of its window; undefined where it was not read. */
  locale?: Locale;
}

/** A refused authorization request (RFC 6749, 4.1.2.1). Without a target, the person sees a page and goes nowhere. */
export class AuthorizationError extends Error {
  override readonly name = 'AuthorizationError';

  constructor(
    readonly error: string,
    readonly description: string,
    readonly target?: AnswerTarget | undefined,
    /** The page of an error without a target; in the language of the browser where it has none. */
    readonly page: { kind: LogInFault; status: number; locale?: Locale } = { kind: 'refused', status: 400 },
    /** The fault of the service behind it. */
    cause?: unknown,
  ) {
    super(`${error}: ${description}`, { cause });
  }
}
