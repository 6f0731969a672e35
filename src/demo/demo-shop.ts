import { ServiceClient, type Credentials } from './service-client.ts';
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
  authentication: { state: string; result?: VerifiedCustomer } | null;
}

/** The server of a shop that has people verified: two calls over HTTP, as any relying party makes them. */
export class DemoShop {
  private readonly service: ServiceClient;

  constructor(credentials: Credentials) {
    this.service = new ServiceClient(credentials);
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
    return (await this.service.call('POST', '/v1/windows', window)) as { windowId: string; url: string };
  }

  /**
   * Reads the outcome of a window. Only this answer counts: the parameters that the browser brings back may be forged.
   */
  async readWindow(windowId: string): Promise<WindowResult> {
    return (await this.service.call('GET', `/v1/windows/${encodeURIComponent(windowId)}`)) as WindowResult;
  }
}
