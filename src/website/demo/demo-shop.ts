/** What a relying party's server keeps to itself. */
export interface ShopCredentials {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** Who was verified, as far as the shop shows it. */
export interface VerifiedCustomer {
  birthDate: string;
  gender: 'male' | 'female';
  foreigner: boolean;
  phoneNumber: string;
  verifiedAt: string;
  channel: 'push' | 'sms';
}

/** What became of a window. */
export interface WindowResult {
  state: 'open' | 'closed' | 'expired';
  authentication: { state: string; result?: VerifiedCustomer } | null;
}

/** The server of a shop that has people verified: three calls over HTTP, as any relying party would make them. */
export class DemoShop {
  constructor(private readonly credentials: ShopCredentials) {}

  /** Opens a hosted window; the browser is sent to `url`. */
  async openWindow(window: {
    purpose: string;
    returnUrl: string;
    state: string;
    locale: 'ko' | 'en';
  }): Promise<{ windowId: string; url: string }> {
    return (await this.call('POST', '/v1/windows', window)) as { windowId: string; url: string };
  }

  /** Asks what became of a window. Only this answer counts: what the browser brings back may have been made up. */
  async readWindow(windowId: string): Promise<WindowResult> {
    return (await this.call('GET', `/v1/windows/${encodeURIComponent(windowId)}`)) as WindowResult;
  }

  private async call(method: string, path: string, body?: object): Promise<unknown> {
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

  /** A token is good for five minutes; a shop with more customers keeps it that long. */
  private async token(): Promise<string> {
    const { issuer, clientId, clientSecret } = this.credentials;
    const response = await fetch(`${issuer}/oauth2/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'authentications' }),
    });
    return ((await answerOf(response)) as { access_token: string }).access_token;
  }
}

async function answerOf(response: Response): Promise<unknown> {
  if (!response.ok) throw new Error(`the service answered ${response.status}: ${await response.text()}`);
  return response.json();
}
