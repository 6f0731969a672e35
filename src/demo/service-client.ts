/** The secrets of a relying party's server. */
export interface Credentials {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** A refusal of the service (RFC 9457), with the members that the demonstration uses. */
export interface ServiceRefusal {
  code: string;
  attemptsLeft?: number;
  state?: string;
}

/** A call of the relying party's server and its answer, as the demonstration shows them. Credentials are left out. */
export interface Exchange {
  at: Date;
  /** Method and path. */
  call: string;
  sent: unknown;
  status: number;
  received: unknown;
}

/** A call that the service refused, and why. */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    readonly refusal: ServiceRefusal,
  ) {
    super(`the service answered ${status} ${refusal.code}`);
  }
}

/** Why a form of the demonstration was refused, as far as its page says it. Rethrows what is no refusal. */
export function whyRefused(error: unknown): 'invalid' | 'tooMany' | 'other' {
  if (!(error instanceof RefusedError)) throw error;
  const { code } = error.refusal;
  if (code === 'invalid_request') return 'invalid';
  return code === 'too_many_requests' ? 'tooMany' : 'other';
}

/** Where a verification stands after a refused code, and how many attempts it has left. */
export function afterRefusal(
  { refusal: { code, attemptsLeft } }: RefusedError,
  before: number,
): { state: 'wrong' | 'ended'; attemptsLeft: number } {
  const isWrong = code === 'code_mismatch' || code === 'invalid_request';
  return { state: isWrong ? 'wrong' : 'ended', attemptsLeft: attemptsLeft ?? before };
}

/** The server of a relying party, as any developer would write it: a token, and calls over HTTP. */
export class ServiceClient {
  constructor(private readonly credentials: Credentials) {}

  /** Returns the service's answer. Adds what was exchanged to `log`. Throws {@link RefusedError} for a refusal. */
  async call(method: string, path: string, body?: object, log: Exchange[] = []): Promise<unknown> {
    const token = await this.token(log);
    const response = await fetch(this.credentials.issuer + path, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const received: unknown = await response.json();
    log.push({ at: new Date(), call: `${method} ${path}`, sent: body, status: response.status, received });
    if (!response.ok) throw new RefusedError(response.status, received as ServiceRefusal);
    return received;
  }

  /** A token is valid for five minutes; a relying party with more customers caches it that long. */
  private async token(log: Exchange[]): Promise<string> {
    const { issuer, clientId, clientSecret } = this.credentials;
    const form = { grant_type: 'client_credentials' };
    const response = await fetch(`${issuer}/oauth2/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      body: new URLSearchParams(form),
    });
    const { status } = response;
    const received = (await response.json()) as { access_token: string };
    const shown = { ...received, ...(response.ok && { access_token: '…' }) };
    log.push({ at: new Date(), call: 'POST /oauth2/token', sent: form, status, received: shown });
    if (!response.ok) throw new RefusedError(status, received as unknown as ServiceRefusal);
    return received.access_token;
  }
}
