import { randomToken } from '../crypto/random.ts';
import { remember } from './remember.ts';
import { afterRefusal, RefusedError, ServiceClient, type Credentials, type Exchange } from './service-client.ts';
import { DemoWebhooks, WEBHOOK_PATH } from './demo-webhooks.ts';
import type { Locale } from '../domain/locale.ts';

/** The data of a verified person that the shop shows. */
export interface VerifiedCustomer {
  birthDate: string;
  gender: 'male' | 'female';
  foreigner: boolean;
  phoneNumber: string;
  verifiedAt: string;
  channel: 'push' | 'sms' | 'otp';
  recentSimChange?: true;
  recentlyEnrolled?: true;
  recentlyReissued?: true;
}

/** What a result may warn of. */
export const WARNINGS = [
  'recentSimChange',
  'recentlyEnrolled',
  'recentlyReissued',
] as const satisfies readonly (keyof VerifiedCustomer)[];

/** The state of a window and its outcome. */
export interface WindowResult {
  state: 'open' | 'closed' | 'expired';
  authentication: { id: string; state: string; result?: VerifiedCustomer } | null;
}

/** A verification in the shop's own window, from the person's data to the outcome. */
export interface OwnVerification {
  authenticationId: string;
  state: 'asked' | 'wrong' | 'verified' | 'ended';
  /** After the last code that was tried. */
  attemptsLeft: number;
  channel: VerifiedCustomer['channel'];
  verified: VerifiedCustomer | null;
  /** A compact JWS. */
  assertion: string | null;
  log: Exchange[];
}

/** The person's data that the shop's own window asks for. */
export interface ShopCustomer {
  phoneNumber: string;
  birthDate: string;
  genderDigit: string;
}

/** The server of a shop that has people verified: a few calls over HTTP, as any relying party makes them. */
export class DemoShop {
  readonly webhooks: DemoWebhooks;
  private readonly service: ServiceClient;
  private readonly windows = new Map<string, { log: Exchange[]; ended?: WindowResult }>();
  private readonly verifications = new Map<string, OwnVerification>();

  constructor(credentials: Credentials) {
    this.service = new ServiceClient(credentials);
    this.webhooks = new DemoWebhooks(this.service, credentials.issuer + WEBHOOK_PATH);
  }

  /** Opens a hosted window; the shop sends the browser to `url`. */
  async openWindow(window: {
    purpose: string;
    returnUrl: string;
    state: string;
    locale: Locale;
    method: 'push' | 'otp';
    /** The customer's name as the shop knows it, if it does. */
    name?: string;
  }): Promise<{ windowId: string; url: string }> {
    await this.webhooks.register();
    const log: Exchange[] = [];
    const opened = (await this.service.call('POST', '/v1/windows', window, log)) as { windowId: string; url: string };
    remember(this.windows, opened.windowId, { log });
    return opened;
  }

  /**
   * Reads the outcome of a window, which changes no more once it has ended. Only this answer counts: the parameters that
   * the browser brings back may be forged.
   */
  async readWindow(windowId: string): Promise<WindowResult> {
    const path = `/v1/windows/${encodeURIComponent(windowId)}`;
    const known = this.windows.get(windowId);
    if (known?.ended) return known.ended;
    const result = (await this.service.call('GET', path, undefined, known?.log)) as WindowResult;
    if (known && result.state !== 'open') known.ended = result;
    return result;
  }

  /** What the shop's server and the service exchanged about a window, oldest first. */
  logOf(windowId: string): Exchange[] {
    const { log = [], ended } = this.windows.get(windowId) ?? {};
    return inOrder([...log, ...this.webhooks.about(windowId, ended?.authentication?.id)]);
  }

  /** The same about a verification in the shop's own window. */
  logOfOwn({ log, authenticationId }: OwnVerification): Exchange[] {
    return inOrder([...log, ...this.webhooks.about(authenticationId)]);
  }

  /**
   * Starts an authentication for the shop's own window; returns the key by which the customer's browser refers to it.
   * Throws {@link RefusedError}.
   */
  async start(customer: ShopCustomer, purpose: string): Promise<string> {
    await this.webhooks.register();
    const log: Exchange[] = [];
    type Started = Pick<OwnVerification, 'channel' | 'attemptsLeft'> & { id: string };
    const body = { ...customer, purpose };
    const started = (await this.service.call('POST', '/v1/authentications', body, log)) as Started;
    const { id: authenticationId, channel, attemptsLeft } = started;
    const key = randomToken(32);
    const asked = {
      authenticationId,
      channel,
      attemptsLeft,
      state: 'asked',
      verified: null,
      assertion: null,
      log,
    } as const;
    remember(this.verifications, key, asked);
    return key;
  }

  /** Returns a verification by its key; undefined if the key is unknown or its verification was replaced. */
  verification(key: string | undefined): OwnVerification | undefined {
    return key === undefined ? undefined : this.verifications.get(key);
  }

  /** Sends the code that the person typed. */
  async verify(verification: OwnVerification, code: string): Promise<void> {
    if (verification.state === 'verified' || verification.state === 'ended') return;
    const path = `/v1/authentications/${verification.authenticationId}/verification`;
    try {
      const answer = await this.service.call('POST', path, { code }, verification.log);
      const { result, assertion } = answer as { result: VerifiedCustomer; assertion: string };
      Object.assign(verification, { state: 'verified', verified: result, assertion });
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      Object.assign(verification, afterRefusal(error, verification.attemptsLeft));
    }
  }
}

function inOrder(log: Exchange[]): Exchange[] {
  return log.sort((one, other) => one.at.getTime() - other.at.getTime());
}
