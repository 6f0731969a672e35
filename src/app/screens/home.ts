import type { HistoryEntry, PendingAuthentication, Phone } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { button, faultLine, screen, type Display } from './display.ts';
import { faultOf, isUnregistered } from './fault.ts';
import { recently } from './past.ts';
import { nameOf, type Phones, type SmartOtp } from './phones.ts';
import { timeOf } from './time.ts';
import { words } from '../words/words.ts';

const { otp, smartOtp: smartOtpMessages } = words;
/** Past requests that the first screen shows. */
const RECENT = 3;

/** A pending request and the device that it is for. */
export interface Waiting {
  phone: Phone;
  authentication: PendingAuthentication;
}

/** The service's answers to all devices together. */
interface Answered {
  waiting: Waiting[];
  past: HistoryEntry[];
  fault: string;
  /** Devices that the service no longer knows. */
  gone: Phone[];
}

/** The first screen: everything that waits for any device of this installation. */
export class Home {
  private shown = false;

  constructor(
    private readonly display: Display,
    private readonly phones: Phones,
    private readonly to: {
      request: (waiting: Waiting) => void;
      otp: (phone: Phone) => void;
      settings: () => void;
      register: () => void;
      goOn: (smartOtp: SmartOtp) => void;
      unregistered: () => void;
    },
  ) {}

  refresh(): void {
    if (this.shown && document.visibilityState === 'visible') void this.show();
  }

  /** Another screen is shown from now on. */
  leave(): void {
    this.shown = false;
  }

  /** Asks the service for pending requests, so that the screen works without any push. */
  async show(): Promise<void> {
    const wasShown = this.shown;
    this.shown = true;
    const { notified } = this.display;
    const answered = await this.ask();
    if (this.phones.main && answered.gone.includes(this.phones.main)) {
      this.to.unregistered();
      return;
    }
    // The person has opened another screen meanwhile.
    if (!this.isShown()) return;
    // A notification that arrived during the request may be newer than its answer.
    if (answered.waiting.length === 0 && this.display.notified === notified) this.display.clearNotification('request');
    const focused = wasShown ? document.activeElement?.id : undefined;
    this.draw(answered);
    if (focused) document.getElementById(focused)?.focus();
  }

  /** Opens the request with this id on the device it is for, or the list if the request is over. */
  async open(id: string): Promise<void> {
    const found = (await this.ask()).waiting.find(({ authentication }) => authentication.id === id);
    if (found) this.to.request(found);
    else await this.show();
  }

  /**
   * A method, so that TypeScript does not assume the value from before the request:
   * the person may have left the screen.
   */
  private isShown(): boolean {
    return this.shown;
  }

  private async ask(): Promise<Answered> {
    const { inUse } = this.phones;
    const [asked, pasts] = await Promise.all([
      Promise.allSettled(inUse.map((phone) => phone.pending())),
      // One subscription has one history, whichever of its devices asks.
      Promise.allSettled(inUse.slice(0, 1).map((phone) => phone.history())),
    ]);
    const answered: Answered = { waiting: [], past: [], fault: '', gone: [] };
    asked.forEach((answer, at) => {
      const phone = inUse[at];
      if (!phone) return;
      if (answer.status === 'fulfilled') {
        answered.waiting.push(...answer.value.map((authentication) => ({ phone, authentication })));
      } else if (isUnregistered(answer.reason)) answered.gone.push(phone);
      else answered.fault = faultOf(answer.reason);
    });
    for (const answer of pasts) {
      if (answer.status === 'fulfilled') answered.past = answer.value;
      else if (!isUnregistered(answer.reason)) answered.fault = faultOf(answer.reason);
    }
    return answered;
  }

  private draw({ waiting, past, fault, gone }: Answered): void {
    const { none, noneText, title } = words.home;
    const cards = waiting.map((one) => this.card(one));
    const nothing = make('div', { class: 'nothing' }, make('p', {}, none), make('p', { class: 'hint' }, noneText));
    const closed = past.filter(({ state }) => state !== 'pending' && state !== 'opened');
    this.display.show((signal) => {
      this.refreshAtEnd(waiting, signal);
      return screen(
        { title, kind: 'home' },
        faultLine(fault),
        ...(cards.length > 0 ? cards : [nothing]),
        ...this.phones.smartOtps.map((one) => this.aboutSmartOtp(one, gone.includes(one.phone))),
        this.buttons(),
        recently(closed, RECENT),
      );
    });
  }

  private card(waiting: Waiting): HTMLElement {
    const { id, relyingParty, purpose, requestedAt, transaction } = waiting.authentication;
    const what = transaction ? `${purpose} · ${words.channels.sign}` : purpose;
    return make(
      'button',
      { type: 'button', class: 'request-card', id: `request-${id}`, onclick: () => this.to.request(waiting) },
      make('strong', {}, relyingParty.name),
      make('span', {}, what),
      make('span', { class: 'hint' }, timeOf(requestedAt)),
    );
  }

  /** The next step for a Smart OTP: complete it, or remove it if the service no longer knows it. */
  private aboutSmartOtp(smartOtp: SmartOtp, isGone: boolean): HTMLElement | null {
    if (isGone) {
      const remove = async () => {
        await this.phones.remove(smartOtp);
        await this.show();
      };
      return make(
        'section',
        { class: 'caution' },
        make('p', {}, smartOtpMessages.ended(nameOf(smartOtp))),
        button(smartOtpMessages.remove, () => void remove(), 'small'),
      );
    }
    if (!smartOtp.testing && smartOtp.phone.can('sign')) return null;
    return make(
      'button',
      { type: 'button', class: 'request-card', onclick: () => this.to.goOn(smartOtp) },
      make('strong', {}, smartOtpMessages.unfinished),
      make('span', {}, smartOtpMessages.finish),
    );
  }

  private buttons(): HTMLElement {
    const { main } = this.phones;
    const { refresh, refreshed } = words.home;
    const look = () => void this.show().then(() => this.display.say(refreshed));
    const toSettings = button(words.settings.title, this.to.settings, 'secondary');
    toSettings.id = 'settings';
    const again = button(refresh, look, 'secondary');
    again.id = 'refresh';
    const first = main
      ? button(otp.open, () => this.to.otp(main), 'secondary')
      : button(words.settings.register, this.to.register, 'secondary');
    first.id = main ? 'otp' : 'register';
    return make('div', { class: 'home-buttons' }, first, make('div', { class: 'row' }, again, toSettings));
  }

  /** Refreshes the list when a request expires. */
  private refreshAtEnd(waiting: readonly Waiting[], signal: AbortSignal): void {
    const ends = waiting.map(({ authentication }) => Date.parse(authentication.expiresAt) - this.phones.now());
    if (ends.length === 0) return;
    const timer = setTimeout(() => this.refresh(), Math.max(1000, Math.min(...ends)));
    signal.addEventListener('abort', () => clearTimeout(timer));
  }
}
