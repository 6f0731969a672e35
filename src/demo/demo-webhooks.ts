import { equalInConstantTime } from '../crypto/constant-time.ts';
import { webhookSignature } from '../crypto/webhook-signature.ts';
import { remember } from './remember.ts';
import type { Exchange, ServiceClient } from './service-client.ts';

/** The headers and the raw body of a webhook (Standard Webhooks 1.0). */
export interface ReceivedWebhook {
  id: string;
  /** Seconds since 1970. */
  timestamp: number;
  signature: string;
  body: Buffer;
}

interface Endpoint {
  id: string;
  url: string;
}

interface ReceivedEvent {
  at: Date;
  type: string;
  data: Readonly<Record<string, unknown>>;
}

/** Standard Webhooks: an older webhook may be a recorded one that an attacker sends again. */
const TOLERANCE_SECONDS = 300;
/** The path of the shop at which it receives webhooks. */
export const WEBHOOK_PATH = '/demo/webhooks';

/** The webhooks of the demonstration's shop: it registers its address, checks each signature and keeps the events. */
export class DemoWebhooks {
  private registered: Promise<Buffer | null> | undefined;
  private readonly events = new Map<string, ReceivedEvent>();

  constructor(
    private readonly service: ServiceClient,
    private readonly url: string,
  ) {}

  /**
   * Registers the shop's address once a process. The secret that a process before this one got is lost with it, so an
   * address that is registered already gets a new one. A shop that can register none works without webhooks.
   */
  async register(): Promise<void> {
    this.registered ??= this.newSecret().catch(() => null);
    await this.registered;
  }

  /** Takes a webhook if its signature is right and it is not old; the same one again changes nothing. */
  async take({ id, timestamp, signature, body }: ReceivedWebhook): Promise<boolean> {
    const secret = await this.registered;
    if (!secret || !(Math.abs(Date.now() / 1000 - timestamp) <= TOLERANCE_SECONDS)) return false;
    const expected = Buffer.from(webhookSignature({ id, timestamp, body }, [secret]));
    if (!signature.split(' ').some((one) => equalInConstantTime(Buffer.from(one), expected))) return false;
    const event = JSON.parse(body.toString('utf8')) as Omit<ReceivedEvent, 'at'>;
    if (!this.events.has(id)) remember(this.events, id, { ...event, at: new Date() });
    return true;
  }

  /** The events of an authentication and of its window, as the shop's log shows them. */
  about(...ids: readonly (string | undefined)[]): Exchange[] {
    const isAbout = ({ data }: ReceivedEvent) =>
      [data['id'], data['windowId']].some((id) => typeof id === 'string' && ids.includes(id));
    return [...this.events.values()].filter(isAbout).map(({ at, type, data }) => ({
      at,
      call: `webhook ${type}`,
      sent: undefined,
      status: 204,
      received: { type, data },
    }));
  }

  private async newSecret(): Promise<Buffer> {
    const path = '/v1/webhook-endpoints';
    const endpoints = (await this.service.call('GET', path)) as Endpoint[];
    const own = endpoints.find(({ url }) => url === this.url);
    const body = { url: this.url, types: ['*'], description: 'The shop of the demonstration' };
    const answer = own
      ? await this.service.call('POST', `${path}/${own.id}/secret/rotate`, { gracePeriodHours: 0 })
      : await this.service.call('POST', path, body);
    const { secret } = answer as { secret: string };
    return Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  }
}
