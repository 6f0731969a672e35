import type {
  DeviceStanding,
  HistoryEntry,
  PendingAuthentication,
  Phone,
  Registration,
  SmsPermission,
} from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { askAlerts, openAlerts, recentAlerts, type AlertWays, type KnownAlerts } from './alerts.ts';
import { endOfTest } from './device-test.ts';
import { button, faultLine, screen, type Display } from './display.ts';
import { faultOf, isUnregistered } from './fault.ts';
import type { NewPhoneCode } from './new-phone-code.ts';
import { recently } from './past.ts';
import { nameOf, type Phones, type SmartOtp } from './phones.ts';
import { protectionSection } from './protection.ts';
import { clockOf, waitingCards, type Waiting } from './waiting.ts';
import type { InstallationStanding } from '../platform.ts';
import { words } from '../words/words.ts';

const { otp, smartOtp: smartOtpMessages } = words;
/** Past requests that the first screen shows. */
const RECENT = 3;

/** Milliseconds that the screen waits to learn how the installation stands, before it is drawn without it. */
const STANDING_MS = 300;

/** The service's answers to all devices together. */
interface Answered {
  waiting: Waiting[];
  past: HistoryEntry[];
  fault: string;
  /** What happened from outside the phone. Before anything else, the person is asked about it. */
  alerts: Omit<KnownAlerts, 'isLocked'>;
  /** How the service knows each device that it could be asked about. */
  standings: Map<Phone, DeviceStanding>;
  registrations: Registration[];
  /** Permissions of SMS that are in force. */
  sms: SmsPermission[];
  /** When the test of another registration ends; undefined without one, or if that is not known. */
  testUntil: string | undefined;
  /** Devices that the service no longer knows. */
  gone: Phone[];
}

/** The first screen: everything that waits for any device of this installation. */
export class Home {
  private shown = false;
  /** The requests on the screen. */
  private drawn = '';
  /** Whether it has told the service again how pushes reach this phone, since the app was opened. */
  private reconnected = false;
  /** Whether the service has ended the test of another registration. The person learns it until they leave the screen. */
  private isTestOver = false;
  private installation: InstallationStanding | undefined;

  constructor(
    private readonly display: Display,
    private readonly phones: Phones,
    private readonly newPhoneCode: NewPhoneCode,
    private readonly to: {
      alert: AlertWays;
      request: (waiting: Waiting) => void;
      otp: (phone: Phone) => void;
      past: (entry: HistoryEntry) => void;
      settings: () => void;
      register: () => void;
      institutions: () => void;
      sms: (phone: Phone) => void;
      enrolAgain: (phone: Phone) => void;
      goOn: (smartOtp: SmartOtp) => void;
      /** Resumes the test of the phone under test. */
      finish: () => void;
      /** Forgets the phone under test, because the service has ended the test. */
      testOver: () => Promise<void>;
      unregistered: () => void;
      /** How this installation stands. */
      standing: () => Promise<InstallationStanding>;
      /** Tells the service again how pushes reach this phone. Resolves with whether they may arrive now. */
      reconnect: () => Promise<boolean>;
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
    this.isTestOver = false;
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
    const [alerts, asked, pasts, standings, registrations, sms, testUntil] = await Promise.all([
      this.askAlerts(),
      Promise.allSettled(inUse.map((phone) => phone.pending())),
      // One subscription has one history, whichever of its devices asks.
      Promise.allSettled(inUse.slice(0, 1).map((phone) => phone.history())),
      this.askStandings(),
      this.askRegistrations(),
      this.askSms(),
      this.askTest(),
      this.askInstallation(),
    ]);
    const known = { alerts, standings, registrations, sms, testUntil };
    const answered: Answered = { waiting: [], past: [], fault: '', gone: [], ...known };
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
    const { main } = this.phones;
    const none = { open: [], over: [] };
    return main ? askAlerts(main, () => this.phones.now()).catch(() => none) : none;
  }

  // What fails below is missing from the screen; the requests report the fault.

  private async askStandings(): Promise<Answered['standings']> {
    const standings: Answered['standings'] = new Map();
    const ask = async (phone: Phone) => standings.set(phone, await phone.standing());
    await Promise.allSettled(this.phones.inUse.map(ask));
    const { main } = this.phones;
    // The push service reported the token dead, or it was never told.
    if (main && standings.get(main)?.pushes === false) this.reconnectOnce();
    return standings;
  }

  /** A browser without a push service may take long to say so, and what waits must be seen meanwhile. */
  private reconnectOnce(): void {
    if (this.reconnected) return;
    this.reconnected = true;
    void this.to.reconnect().then((isTold) => isTold && this.refresh());
  }

  private async askRegistrations(): Promise<Registration[]> {
    const registrations = (await this.phones.main?.registrations().catch(() => [])) ?? [];
    return registrations.filter(({ state, expiresAt }) => state === 'pending' && this.isLeft(expiresAt));
  }

  private async askSms(): Promise<SmsPermission[]> {
    const { permissions = [] } = (await this.phones.main?.smsPermissions().catch(() => undefined)) ?? {};
    return permissions.filter(({ active, endsAt }) => active && this.isLeft(endsAt));
  }

  /** When the test of another registration ends. One that is over is forgotten. */
  private async askTest(): Promise<string | undefined> {
    const { tested } = this.phones;
    if (!tested) return undefined;
    const end = await endOfTest(tested);
    if (end !== 'over') return end;
    // On another screen, the person may be at the test itself.
    if (!this.isShown() || this.phones.tested !== tested) return undefined;
    this.isTestOver = true;
    await this.to.testOver();
    return undefined;
  }

  /** A browser may take seconds to tell; then the last answer is shown, and the screen is drawn anew with the next. */
  private async askInstallation(): Promise<void> {
    const before = this.installation;
    let isLate = false;
    const asked = this.to.standing().then((installation) => {
      this.installation = installation;
      const isNews = before === undefined || installation.pushesOff?.text !== before.pushesOff?.text;
      if (isLate && isNews) this.refresh();
    });
    await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, STANDING_MS))]);
    isLate = true;
  }

  private isLeft(end: string): boolean {
    return Date.parse(end) > this.phones.now();
  }

  private draw(answered: Answered): void {
    const { waiting, past, fault, gone, alerts, registrations, sms, testUntil } = answered;
    this.drawn = idsOf(waiting.map(({ authentication }) => authentication));
    const closed = past.filter(({ state }) => state !== 'pending' && state !== 'opened');
    const happened = this.happened(answered);
    // The alert is on the screen now.
    if (happened.length > 0) this.display.clearNotification('alert');
    this.display.show((signal) => {
      const open = [...alerts.open, ...waiting.map(({ authentication }) => authentication), ...registrations];
      const ends = [...open.map(({ expiresAt }) => expiresAt), ...sms.map(({ endsAt }) => endsAt)];
      this.refreshAtEnd(testUntil === undefined ? ends : [...ends, testUntil], signal);
      const clock = clockOf(() => this.phones.now(), signal);
      const { request, institutions } = this.to;
      const content = [
        faultLine(fault),
        ...happened,
        this.newPhoneCode.card(),
        this.phones.main && this.protection(answered, happened.length > 0 ? 'h2' : 'h1', clock),
        ...this.lockedSmartOtps(answered),
        this.unfinished(testUntil, clock),
        this.phones.main && make('h2', {}, words.home.title),
        ...waitingCards(waiting, registrations, { request, institutions, clock }),
        ...(this.installation?.offers ?? []),
        ...this.phones.smartOtps.map((one) => this.aboutSmartOtp(one, gone.includes(one.phone))),
        this.buttons(),
        recentAlerts(alerts.over, this.phones.now()),
        recently(closed, RECENT, this.to.past),
      ];
      if (happened.length > 0) return screen({ title: words.alerts.title, kind: 'home' }, ...content);
      if (!this.phones.main) return screen({ title: words.home.title, kind: 'home' }, ...content);
      return make('section', { class: 'screen home' }, ...content);
    });
  }

  private protection(
    { standings, sms }: Answered,
    heading: 'h1' | 'h2',
    clock: (until: string) => HTMLElement,
  ): HTMLElement | undefined {
    const { main } = this.phones;
    if (!main) return undefined;
    const protection = { standing: standings.get(main), installation: this.installation, sms };
    const ways = {
      sms: () => this.to.sms(main),
      enrolAgain: () => this.to.enrolAgain(main),
      reconnect: () => void this.to.reconnect().then(() => this.refresh()),
    };
    return protectionSection(protection, { heading, clock, ways });
  }

  /** The open alerts. That the PIN is locked is said below, with what to do, so its alert is left out meanwhile. */
  private happened({ alerts: { open, over }, standings }: Answered): HTMLElement[] {
    const { main } = this.phones;
    const isLocked = main !== undefined && standings.get(main)?.pinLocked === true;
    const shown = isLocked ? open.filter(({ kind }) => kind !== 'pin_locked') : open;
    return openAlerts({ open: shown, over, isLocked }, this.to.alert);
  }

  private lockedSmartOtps({ standings }: Answered): HTMLElement[] {
    return this.phones.smartOtps
      .filter(({ phone }) => standings.get(phone)?.pinLocked)
      .map((smartOtp) => {
        const { phone } = smartOtp;
        const { title, text } = standings.get(phone)?.pinExhausted ? words.exhausted : words.locked;
        return make(
          'section',
          { class: 'caution locked' },
          make('strong', {}, `${nameOf(smartOtp)}: ${title}`),
          make('p', {}, text),
          button(words.again, () => this.to.enrolAgain(phone), 'small'),
        );
      });
  }

  /** The way back to the test of another registration of this phone, or that it is over. */
  private unfinished(until: string | undefined, clock: (until: string) => HTMLElement): HTMLElement | undefined {
    if (this.isTestOver) return make('p', { class: 'caution' }, words.testOver);
    const { tested } = this.phones;
    if (!tested) return undefined;
    const { title, text } = words.home.unfinished;
    return make(
      'button',
      { type: 'button', class: 'request-card', id: 'unfinished', onclick: this.to.finish },
      make('strong', {}, title),
      make('span', {}, text),
      until !== undefined && make('span', { class: 'hint' }, `${words.timeLeft} `, clock(until)),
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
