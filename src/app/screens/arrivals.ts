import type { Phone, PushData } from '../../phone/phone.ts';
import { isOfAlerts } from './alerts.ts';
import { CodeRequest } from './code-request.ts';
import type { DeviceTest } from './device-test.ts';
import type { Display } from './display.ts';
import { isUnregistered } from './fault.ts';
import type { Home } from './home.ts';
import { keepNotice, type Installation, type KeptNotice } from './installation.ts';
import type { NewPhoneCode } from './new-phone-code.ts';
import { isOfInstitutions, noticeLine } from './notices.ts';
import type { Phones } from './phones.ts';
import type { Request } from './request.ts';
import type { SelfTest } from './self-test.ts';
import type { Platform } from '../platform.ts';
import { words } from '../words/words.ts';

/** A notice as it arrives: with a time, it waited for a page. */
type ArrivedNotice = Omit<KeptNotice, 'at'> & Partial<Pick<KeptNotice, 'at'>>;

/** What arrives at this installation, pushes and notices, and what it does to the screens. */
export class Arrivals {
  constructor(
    private readonly display: Display,
    private readonly platform: Platform,
    private readonly installation: Installation,
    private readonly phones: Phones,
    private readonly screens: { home: Home; newPhoneCode: NewPhoneCode; selfTest: SelfTest },
    private readonly to: {
      /** The request or the test that is on the screen. */
      shown: () => { request: Request | undefined; test: DeviceTest | undefined };
      /** Draws the first screen anew, if it is shown. */
      refresh: () => void;
      /** Opens the request or the alert with this id, or the first screen if it is over. */
      request: (id: string) => void;
      alert: (id: string) => void;
      home: () => void;
      institutions: () => void;
      notices: () => void;
      unregistered: () => void;
    },
  ) {}

  /** Acts on a push. A push that is for no device of this installation, or of an unknown kind, is ignored. */
  async take(data: Record<string, string>): Promise<void> {
    for (const phone of this.phones.all) {
      const received = await phone.receive(data).catch(() => undefined);
      if (received) {
        this.act(received, phone);
        return;
      }
    }
  }

  /** Takes the notices that no page has kept yet. They wait on where they cannot be stored. */
  async takeNotices(): Promise<void> {
    // A page in the background would show them to nobody. It takes them when it comes to the front.
    if (document.hidden) return;
    const keep = async (notices: KeptNotice[]) => {
      for (const notice of notices) await this.takeNotice(notice);
    };
    await this.platform.takeNotices?.(keep).catch(() => undefined);
  }

  private act(received: PushData, phone: Phone): void {
    const { display } = this;
    const { home, selfTest } = this.screens;
    const { request, test } = this.to.shown();
    switch (received.kind) {
      case 'wake':
        display.notify({ kind: 'request', ...words.banner.wake }, () => this.to.request(received.id));
        home.refresh();
        break;
      case 'code':
        if (request instanceof CodeRequest && request.authentication.id === received.authenticationId) {
          request.take(received);
        }
        break;
      case 'cancelled':
        display.clearNotification('request');
        if (request?.authentication.id === received.id) request.end('cancelled');
        else display.notify({ kind: 'request', ...words.banner.cancelled });
        home.refresh();
        break;
      case 'test':
        if (test?.phone === phone) test.take(received.code);
        break;
      case 'alert':
        // A notice that is shown already says the same in words.
        if (!display.isNotifying) {
          display.notify({ kind: 'alert', ...words.banner.alert }, () => this.to.alert(received.id));
        }
        this.to.refresh();
        break;
      case 'push_test':
        if (!selfTest.take()) display.notify({ kind: 'notice', ...words.banner.pushTest });
        break;
      case 'notice':
        void this.takeNotice({ kind: received.notice, detail: received.detail });
        break;
    }
  }

  /** The service keeps no notice that was delivered, so the phone stores it. */
  private async takeNotice({
    at = new Date(this.phones.now()).toISOString(),
    ...notice
  }: ArrivedNotice): Promise<void> {
    // A notice may say that the subscription has ended, or that another phone took its place: what is shown must follow.
    void this.leaveIfUnregistered();
    if (notice.kind === 'device_replaced') this.screens.newPhoneCode.forget();
    const text = noticeLine(notice);
    if (text === undefined) return;
    keepNotice(this.installation, { ...notice, at });
    this.display.notify({ kind: 'notice', title: words.banner.notice, text }, () => {
      // The first screen says more, and lets the person answer.
      if (isOfAlerts(notice)) this.to.home();
      else if (isOfInstitutions(notice)) this.to.institutions();
      else this.to.notices();
    });
    await this.phones.keep();
  }

  private async leaveIfUnregistered(): Promise<void> {
    const { main } = this.phones;
    // A test that passes ends the registration before it, and is not interrupted for that.
    if (!main || this.to.shown().test) return;
    const gone = await main.standing().then(
      () => false,
      (error: unknown) => isUnregistered(error),
    );
    if (gone && this.phones.main === main) this.to.unregistered();
    else this.to.refresh();
  }
}
