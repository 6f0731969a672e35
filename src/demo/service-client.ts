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

/** A call that the service refused, and why. */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    readonly refusal: ServiceRefusal,
  ) {
    super(`the service answered ${status} ${refusal.code}`);
  }
}

/** The server of a relying party, as any developer would write it: a token, and calls over HTTP. */
export class ServiceClient {
  constructor(private readonly credentials: Credentials) {}

  /** Returns the service's answer. Throws {@link RefusedError} for a refusal. */
  async call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.credentials.issuer + path, {
      method,
      headers: {
        Authorization: `Bearer ${await this.token()}`,
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return answerOf(response);
  }

  /** A token is valid for five minutes; a relying party with more customers caches it that long. */
  private async token(): Promise<string> {
    const { issuer, clientId, clientSecret } = this.credentials;
    const response = await fetch(`${issuer}/oauth2/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    return ((await answerOf(response)) as { access_token: string }).access_token;
  }
}

async function answerOf(response: Response): Promise<unknown> {
  const answer: unknown = await response.json();
  if (!response.ok) throw new RefusedError(response.status, answer as ServiceRefusal);
  return answer;
}
