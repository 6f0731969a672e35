import type { ProveClient } from './credentials.ts';
import { PushguardError } from './pushguard-error.ts';
import { objectIn } from './read-problem.ts';
import { TimeLimit } from './time-limit.ts';
import type { Transport } from './transport.ts';

/** A token is exchanged this long before its end, so that none ends on its way. */
const MARGIN_MS = 30_000;

/** The access token of the client: fetched when it is needed, kept, and fetched once for all who wait for it. */
export class AccessTokens {
  private kept: { token: string; until: number } | undefined;
  private fetching: Promise<string> | undefined;

  constructor(
    private readonly transport: Transport,
    private readonly prove: ProveClient,
    private readonly deadlineMs: number,
  ) {}

  /** Returns a token that is valid for a while. */
  async get(limit: TimeLimit): Promise<string> {
    if (this.kept && this.kept.until > performance.now()) return this.kept.token;
    // Fetched only for a caller who waits: a failure that nobody waits for would end the process.
    return limit.run(() => (this.fetching ??= this.fetchOnce()));
  }

  /** Forgets a token that the service refused, unless another one has taken its place. */
  forget(token: string): void {
    if (this.kept?.token === token) this.kept = undefined;
  }

  private async fetchOnce(): Promise<string> {
    try {
      return await this.fetch();
    } finally {
      this.fetching = undefined;
    }
  }

  private async fetch(): Promise<string> {
    const askedAt = performance.now();
    // The limit of one caller must not end the request for all the others.
    const limit = new TimeLimit(this.deadlineMs, undefined);
    const text = await this.transport.send(
      { method: 'POST', path: '/oauth2/token', repeatable: true, content: () => this.content() },
      limit,
    );
    const { access_token: token, expires_in: seconds } = objectIn(text);
    if (typeof token !== 'string' || typeof seconds !== 'number') {
      throw new PushguardError('unexpected_answer', 'The token endpoint answered without a token.', { status: 200 });
    }
    this.kept = { token, until: askedAt + seconds * 1000 - MARGIN_MS };
    return token;
  }

  private async content() {
    const { headers, parameters } = await this.prove();
    return { headers, body: new URLSearchParams({ grant_type: 'client_credentials', ...parameters }) };
  }
}
