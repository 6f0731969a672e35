import { ServiceClient, type Credentials } from './service-client.ts';
import type { Locale } from '../domain/locale.ts';

/** Who was verified, as far as the shop shows it. */
export interface VerifiedCustomer {
  birthDate: string;
  gender: 'male' | 'female';
  foreigner: boolean;
  phoneNumber: string;
  verifiedAt: string;
  channel: 'push' | 'sms' | 'otp';
}

/** What became of a window. */
export interface WindowResult {
  state: 'open' | 'closed' | 'expired';
  authentication: { state: string; result?: VerifiedCustomer } | null;
}

/** The server of a shop that has people verified: two calls over HTTP, as any relying party would make them. */
export class DemoShop {
  private readonly service: ServiceClient;

  constructor(credentials: Credentials) {
    this.service = new ServiceClient(credentials);
  }

  /** Opens a hosted window; the browser is sent to `url`. */
  async openWindow(window: {
    purpose: string;
    returnUrl: string;
    state: string;
    locale: Locale;
    method: 'push' | 'otp';
    /** As the shop knows the customer, where it does. */
    name?: string;
  }): Promise<{ windowId: string; url: string }> {
    return (await this.service.call('POST', '/v1/windows', window)) as { windowId: string; url: string };
  }

  /** Asks what became of a window. Only this answer counts: what the browser brings back may have been made up. */
  async readWindow(windowId: string): Promise<WindowResult> {
    return (await this.service.call('GET', `/v1/windows/${encodeURIComponent(windowId)}`)) as WindowResult;
  }
}
