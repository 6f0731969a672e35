import type { HistoryEntry, PendingAuthentication, Phone, Registration, SmsPermission } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { askAlerts, openAlerts, recentAlerts, type AlertWays, type KnownAlerts } from './alerts.ts';
import { button, faultLine, screen, type Display } from './display.ts';
import { faultOf, isUnregistered } from './fault.ts';
import type { NewPhoneCode } from './new-phone-code.ts';
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
  /** What happened from outside the phone. Before anything else, the person is asked about it. */
  alerts: Omit<KnownAlerts, 'isLocked'>;
  /** What the person must know next: a locked PIN, registrations that wait, and SMS that is permitted. */
  urgent: { locked: { phone: Phone; isExhausted: boolean }[]; registrations: Registration[]; sms: SmsPermission[] };
  /** Devices that the service no longer knows. */
  gone: Phone[];
  standing: HTMLElement[];
}

/** The first screen: everything that waits for any device of this installation. */
export class Home {
  private shown = false;
  /** The requests on the screen. */
  private drawn = '';

  constructor(
    private readonly display: Display,
    private readonly phones: Phones,
    private readonly newPhoneCode: NewPhoneCode,
    private readonly to: {
      alert: AlertWays;
      request: (waiting: Waiting) => void;
      otp: (phone: Phone) => void;
      settings: () => void;
      register: () => void;
      institutions: () => void;
      sms: (phone: Phone) => void;
      enrolAgain: (phone: Phone) => void;
      goOn: (smartOtp: SmartOtp) => void;
      unregistered: () => void;
      /** How this installation stands, where its platform has something to say of it. */
      standing?: () => Promise<HTMLElement[]>;
    },
  ) {}

  refresh(): void {
    if (this.shown && document.visibilityState === 'visible') void this.show();
  }

  /** Draws the list anew if other requests wait than those on it. A list that is drawn for nothing interrupts its reader. */
  async look(): Promise<void> {
    if (!this.shown || document.hidden) return;
    const asked = await Promise.allSettled(this.phones.inUse.map((phone) => phone.pending()));
    if (asked.some(({ status }) => status === 'rejected')) return;
    if (idsOf(asked.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))) !== this.drawn)
      this.refresh();
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
    await this.display.released();
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

  /** Opens the alert with this id, or the list if it is over. */
  async openAlert(id: string): Promise<void> {
    const alert = (await this.askAlerts()).open.find((one) => one.id === id);
    if (alert) this.to.alert.show(alert, false);
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
    const urgent = this.askUrgent();
    const [alerts, asked, pasts, standing = []] = await Promise.all([
      this.askAlerts(),
      Promise.allSettled(inUse.map((phone) => phone.pending())),
      // One subscription has one history, whichever of its devices asks.
      Promise.allSettled(inUse.slice(0, 1).map((phone) => phone.history())),
      this.to.standing?.(),
    ]);
    const answered: Answered = { waiting: [], past: [], fault: '', gone: [], alerts, urgent: await urgent, standing };
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

  /** The alerts of the subscription's own phone. A failure is missing from the screen; the requests report it. */
  private async askAlerts(): Promise<Answered['alerts']> {
    const { main, testing } = this.phones;
    const none = { open: [], over: [] };
    return main && !testing ? askAlerts(main, () => this.phones.now()).catch(() => none) : none;
  }

  /** What fails here is missing from the screen; the requests report the fault. */
  private async askUrgent(): Promise<Answered['urgent']> {
    const { inUse, main } = this.phones;
    const [standings, registrations, sms] = await Promise.all([
      Promise.allSettled(inUse.map((phone) => phone.standing())),
      main ? main.registrations().catch(() => []) : [],
      main ? main.smsPermissions().catch(() => ({ permissions: [] })) : { permissions: [] },
    ]);
    const isLeft = (end: string) => Date.parse(end) > this.phones.now();
    return {
      locked: inUse.flatMap((phone, at) => {
        const standing = standings[at];
        const known = standing?.status === 'fulfilled' ? standing.value : undefined;
        return known?.pinLocked ? [{ phone, isExhausted: known.pinExhausted === true }] : [];
      }),
      registrations: registrations.filter(({ state, expiresAt }) => state === 'pending' && isLeft(expiresAt)),
      sms: sms.permissions.filter(({ active, endsAt }) => active && isLeft(endsAt)),
    };
  }

  private draw({ waiting, past, fault, gone, urgent, alerts, standing }: Answered): void {
    const { title } = words.home;
    this.drawn = idsOf(waiting.map(({ authentication }) => authentication));
    const closed = past.filter(({ state }) => state !== 'pending' && state !== 'opened');
    const happened = this.happened(alerts, urgent.locked);
    // The alert is on the screen now.
    if (happened.length > 0) this.display.clearNotification('alert');
    this.display.show((signal) => {
      const ends = [
        ...alerts.open.map(({ expiresAt }) => expiresAt),
        ...waiting.map(({ authentication }) => authentication.expiresAt),
        ...urgent.registrations.map(({ expiresAt }) => expiresAt),
        ...urgent.sms.map(({ endsAt }) => endsAt),
      ];
      this.refreshAtEnd(ends, signal);
      return screen(
        { title: happened.length > 0 ? words.alerts.title : title, kind: 'home' },
        faultLine(fault),
        ...happened,
        this.newPhoneCode.card(),
        ...this.urgent(urgent),
        ...standing,
        happened.length > 0 && make('h2', {}, title),
        ...this.requests(waiting),
        ...this.phones.smartOtps.map((one) => this.aboutSmartOtp(one, gone.includes(one.phone))),
        this.buttons(),
        recentAlerts(alerts.over, this.phones.now()),
        recently(closed, RECENT),
      );
    });
  }

  /** The open alerts. That the PIN is locked is said below, with what to do, so its alert is left out meanwhile. */
  private happened({ open, over }: Answered['alerts'], locked: Answered['urgent']['locked']): HTMLElement[] {
    const isLocked = locked.some(({ phone }) => phone === this.phones.main);
    const shown = isLocked ? open.filter(({ kind }) => kind !== 'pin_locked') : open;
    return openAlerts({ open: shown, over, isLocked }, this.to.alert);
  }

  /** The requests that wait; apart and below those that did not ring, because a stranger may have made many of them. */
  private requests(waiting: readonly Waiting[]): HTMLElement[] {
    const { none, noneText, held, heldText } = words.home;
    if (waiting.length === 0) {
      return [make('div', { class: 'nothing' }, make('p', {}, none), make('p', { class: 'hint' }, noneText))];
    }
    const silent = waiting.filter(({ authentication }) => authentication.held === true);
    const rang = waiting.filter((one) => !silent.includes(one)).map((one) => this.card(one));
    if (silent.length === 0) return rang;
    const about = [make('h2', {}, held), make('p', { class: 'hint' }, heldText)];
    return [...rang, make('section', { class: 'held' }, ...about, ...silent.map((one) => this.card(one)))];
  }

  private urgent({ locked, registrations, sms }: Answered['urgent']): HTMLElement[] {
    const { main } = this.phones;
    return [
      ...locked.map(({ phone, isExhausted }) => this.lockedPin(phone, isExhausted)),
      ...registrations.map(({ id, relyingParty, device }) =>
        notable({
          id: `registration-${id}`,
          title: words.institutions.asks(relyingParty.name),
          text: `${device.name} · ${device.serialNumber}`,
          onclick: this.to.institutions,
        }),
      ),
      ...sms.map(({ id, relyingParty, endsAt }) =>
        notable({
          id: `sms-${id}`,
          title: words.sms.active(relyingParty.name),
          text: words.home.until(timeOf(endsAt)),
          onclick: () => main && this.to.sms(main),
        }),
      ),
    ];
  }

  private lockedPin(phone: Phone, isExhausted: boolean): HTMLElement {
    const { title, text } = isExhausted ? words.exhausted : words.locked;
    const smartOtp = this.phones.smartOtpOn(phone);
    const name = smartOtp ? `${nameOf(smartOtp)}: ` : '';
    return make(
      'section',
      { class: 'caution locked' },
      make('strong', {}, name + title),
      make('p', {}, text),
      button(words.again, () => this.to.enrolAgain(phone), 'small'),
    );
  }

  private card(waiting: Waiting): HTMLElement {
    const { id, relyingParty, purpose, requestedAt, transaction, held } = waiting.authentication;
    const what = transaction ? `${purpose} · ${words.channels.sign}` : purpose;
    return make(
      'button',
      { type: 'button', class: 'request-card', id: `request-${id}`, onclick: () => this.to.request(waiting) },
      make('strong', {}, relyingParty.name),
      make('span', {}, what),
      make('span', { class: 'hint' }, timeOf(requestedAt)),
      held === true && make('span', { class: 'open' }, words.home.open),
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

  /** Refreshes the list when something on it expires. */
  private refreshAtEnd(ends: readonly string[], signal: AbortSignal): void {
    if (ends.length === 0) return;
    const left = ends.map((end) => Date.parse(end) - this.phones.now());
    const timer = setTimeout(() => this.refresh(), Math.max(1000, Math.min(...left)));
    signal.addEventListener('abort', () => clearTimeout(timer));
  }
}

function idsOf(requests: readonly PendingAuthentication[]): string {
  return requests.map(({ id }) => id).join();
}

/** An entry that is no request but must not be overlooked. */
function notable(entry: { id: string; title: string; text: string; onclick: () => void }): HTMLElement {
  const { id, title, text, onclick } = entry;
  return make(
    'button',
    { type: 'button', class: 'request-card notable', id, onclick },
    make('strong', {}, title),
    make('span', {}, text),
  );
}
