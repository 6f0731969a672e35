import type { AuthenticationState } from '../domain/authentication.ts';

export class TestAuthenticationResponse {
  /** Opaque. */
  id: string;
  /** As in `GET /v1/authentications/{id}`. */
  state: AuthenticationState;
  /**
   * The code that the test person would read: six digits, or eight for a transaction. Null before the request is opened,
   * after the end, and where no code is right.
   */
  code: string | null;
  /** RFC 3339, UTC: when the test person opens the request in the app; null where nothing is opened. */
  opensAt: string | null;
}
