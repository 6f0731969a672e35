/** What a relying party's server keeps to itself. */
export interface Credentials {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** A refusal of the service (RFC 9457), as far as the demonstration acts on it. */
export interface ServiceRefusal {
  code: string;
  attemptsLeft?: number;
  state?: string;
}

/** What the service did not do, and why. */
export class RefusedError extends Error {
  constructor(
    readonly status: number,
    readonly refusal: ServiceRefusal,
  ) {
    super(`the service answered ${status} ${refusal.code}`);
  }
}

/** The server of a relying party, as anybody would write one: a token, and calls over HTTP. */
export class ServiceClient {
  constructor(private readonly credentials: Credentials) {}

  /** Answers what the service answered. Throws {@link RefusedError} for what it refused. */
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

  /** A token is good for five minutes; whoever has more customers keeps it that long. */
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
