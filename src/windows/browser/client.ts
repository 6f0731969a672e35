/** The service's view of the window's authentication. */
export interface WindowView {
  channel: 'push' | 'sms' | 'otp';
  state: 'pending' | 'opened' | 'verified' | 'declined' | 'expired' | 'failed' | 'cancelled';
  expiresAt: string;
  attemptsLeft: number;
  /** The method that the person can still change to; null after the change. */
  otherMethod: WindowMethod | null;
  /** The owner of the requested one-time password, masked. */
  askedOf: string | null;
  /** Two digits that the person types into the app. */
  match?: string;
}

/** The method of a window. */
export type WindowMethod = 'push' | 'otp';

/** The members of a problem document (RFC 9457) that the page uses. */
export interface WindowRefusal {
  status: number;
  code: string;
  attemptsLeft?: number;
  state?: WindowView['state'];
  errors?: { pointer: string }[];
  retryAfterSeconds?: number;
}

export type WindowAnswer = { view: WindowView } | { refusal: WindowRefusal };

/** Calls the service for one window. Never rejects: a missing network becomes a refusal with status 0. */
export class WindowClient {
  private offsetMs = 0;

  constructor(private readonly address: string) {}

  /** The service's time, within a second. */
  readonly now = (): number => Date.now() + this.offsetMs;

  /**
   * Reads the state of the authentication. The service answers at once if it changes, and after `waitSeconds`
   * otherwise.
   */
  follow(waitSeconds: number): Promise<WindowAnswer> {
    return this.ask('GET', `/authentication?wait=${waitSeconds}`);
  }

  /** Sends one request of the person. */
  post(path: 'authentication' | 'method' | 'verification' | 'resend' | 'cancel', body?: object): Promise<WindowAnswer> {
    return this.ask('POST', `/${path}`, body);
  }

  private async ask(method: string, path: string, body?: object): Promise<WindowAnswer> {
    try {
      const response = await fetch(this.address + path, {
        method,
        ...(body && { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
      });
      this.readClock(response);
      const answer: unknown = await response.json();
      if (response.ok) return { view: answer as WindowView };
      const retryAfterSeconds = Number(response.headers.get('retry-after') ?? '0');
      return { refusal: { ...(answer as WindowRefusal), status: response.status, retryAfterSeconds } };
    } catch {
      return { refusal: { status: 0, code: 'unreachable' } };
    }
  }

  /** The `Date` header has whole seconds, so a difference of up to two seconds is ignored. */
  private readClock(response: Response): void {
    const offset = Date.parse(response.headers.get('date') ?? '') - Date.now();
    if (Math.abs(offset) > 2000) this.offsetMs = offset;
  }
}
