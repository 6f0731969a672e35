import type { CodeClaims } from '../../../phone/envelope.ts';
import type { DeclineReason, PendingAuthentication, Phone } from '../../../phone/phone.ts';
import { startCountdown } from '../page/countdown.ts';
import { make } from '../page/element.ts';
import { locale } from '../page/locale.ts';
import { badge, button, facts, faultLine, screen, type Display } from './display.ts';
import { codeOf, faultOf } from './fault.ts';
import { MESSAGES, type PhoneMessages } from './messages.ts';
import { PinPad } from './pin-pad.ts';
import { afterRefusedPin, type Leave } from './pin-refusal.ts';
import { readAloudButton } from './read-aloud.ts';
import { timeOf } from './time.ts';

const messages = MESSAGES[locale];
const REASONS = ['cancelled', 'wrong_details'] as const satisfies readonly DeclineReason[];
/** How long the push with the code may take before the app fetches the same envelope itself. */
const PUSH_PATIENCE_MS = 1500;
/** No push says that the code was typed, so the app looks while it shows one. */
const LOOK_MS = 2000;

type Ending = keyof PhoneMessages['ended'];

/** One authentication on the phone: who asks, the PIN, the code, and how it ended. */
export class Request {
  private code: CodeClaims | undefined;
  private over = false;

  constructor(
    private readonly display: Display,
    private readonly phone: Phone,
    readonly authentication: PendingAuthentication,
    private readonly now: () => number,
    private readonly leave: Leave & { history: () => void },
  ) {}

  /** Who asks, and why. The PIN is asked for only after this was seen. */
  show(fault = ''): void {
    const { relyingParty, purpose, endUser, requestedAt, state } = this.authentication;
    const proceed =
      state === 'opened'
        ? button(messages.showCode, () => void this.fetchCode())
        : button(messages.enterPin, () => this.askPin());
    this.display.show((signal) =>
      screen(
        { title: messages.asks(relyingParty.name), kind: 'request', back: this.leave.home },
        facts([
          [messages.purpose, purpose],
          [messages.where, whereOf(endUser)],
          [messages.requestedAt, timeOf(requestedAt)],
          [messages.timeLeft, this.countdown(signal)],
        ]),
        faultLine(fault),
        proceed,
        ...this.refusals(),
      ),
    );
  }

  /** The push with the code came, or another tab of this phone asked for it. */
  take(code: CodeClaims): void {
    if (this.over || this.code) return;
    this.code = code;
    this.showCode(code);
  }

  /** The person has turned to something else: nothing more is drawn of this one. */
  abandon(): void {
    this.over = true;
  }

  end(state: Ending): void {
    if (this.over) return;
    this.over = true;
    this.display.show(() =>
      screen({ ...messages.ended[state], kind: `ended ${state}` }, badge(), button(messages.done, this.leave.home)),
    );
  }

  private askPin(fault = ''): void {
    this.display.show((signal) => {
      const pad = new PinPad((pin) => void this.open(pin), signal);
      return screen(
        { ...messages.pin, kind: 'pin', back: () => this.show() },
        make('p', { class: 'hint' }, `${this.authentication.relyingParty.name} · ${this.authentication.purpose}`),
        faultLine(fault),
        pad.element,
      );
    });
  }

  private async open(pin: string): Promise<void> {
    this.display.say(messages.pinChecking);
    try {
      await this.display.busy(() => this.phone.open(this.authentication, pin));
    } catch (error) {
      this.refuse(error);
      return;
    }
    setTimeout(() => void this.fetchCode(), PUSH_PATIENCE_MS);
    if (!this.code) this.showWaiting();
  }

  private refuse(error: unknown): void {
    if (codeOf(error) === 'authentication_expired') this.end('expired');
    else if (codeOf(error)?.startsWith('authentication_') === true) void this.endAsHistorySays();
    else {
      if (codeOf(error) === 'pin_locked') this.over = true;
      afterRefusedPin(this.display, error, { again: (fault) => this.askPin(fault), leave: this.leave });
    }
  }

  private showWaiting(): void {
    this.display.show(() =>
      screen(
        { title: messages.pinChecking, kind: 'waiting' },
        make('div', { class: 'spinner', 'aria-hidden': 'true' }),
      ),
    );
  }

  /** The same envelope that the push has, asked for. */
  private async fetchCode(): Promise<void> {
    if (this.over || this.code) return;
    const { id } = this.authentication;
    try {
      this.take(await this.phone.readCode(await this.phone.envelope(id), id));
    } catch (error) {
      this.refuse(error);
    }
  }

  private showCode({ code, relyingParty, purpose }: CodeClaims, fault = ''): void {
    this.display.say('');
    this.display.show((signal) => {
      const grouped = `${code.slice(0, 3)} ${code.slice(3)}`;
      // Digit by digit to a screen reader, which would read hundreds of thousands otherwise.
      const spoken = make('span', { class: 'unseen' }, Array.from(code).join(' '));
      const digits = make('p', { class: 'code', id: 'code' }, make('span', { 'aria-hidden': 'true' }, grouped), spoken);
      const look = setInterval(() => void this.look(), LOOK_MS);
      signal.addEventListener('abort', () => clearInterval(look));
      return screen(
        { ...messages.code, kind: 'shown-code' },
        digits,
        readAloudButton(code, signal),
        facts([
          [messages.purpose, `${relyingParty} · ${purpose}`],
          [messages.timeLeft, this.countdown(signal)],
        ]),
        make('p', { class: 'hint' }, messages.codeNote),
        faultLine(fault),
        ...this.refusals(),
      );
    });
  }

  /** What is no longer pending has ended; how, the history says. */
  private async look(): Promise<void> {
    try {
      const pending = await this.phone.pending();
      if (!this.over && !pending.some(({ id }) => id === this.authentication.id)) await this.endAsHistorySays();
    } catch {
      // The next look may get through.
    }
  }

  private async endAsHistorySays(): Promise<void> {
    const { requestedAt } = this.authentication;
    const history = await this.phone.history().catch(() => []);
    const state = history.find((entry) => entry.requestedAt === requestedAt)?.state;
    this.end(state === undefined || state === 'pending' || state === 'opened' ? 'cancelled' : state);
  }

  /** Somebody else's request is refused at once; one's own, for a reason. */
  private refusals(): HTMLElement[] {
    return [
      button(messages.notMe, () => void this.refuseStrangers(), 'danger'),
      button(messages.decline, () => this.askReason(), 'secondary'),
    ];
  }

  private askReason(fault = ''): void {
    this.display.show(() =>
      screen(
        { title: messages.declineTitle, kind: 'reasons', back: () => this.showAgain() },
        faultLine(fault),
        ...REASONS.map((reason) => button(messages.reasons[reason], () => void this.decline(reason), 'secondary')),
      ),
    );
  }

  private showAgain(fault = ''): void {
    if (this.code) this.showCode(this.code, fault);
    else this.show(fault);
  }

  private async decline(reason: DeclineReason): Promise<void> {
    await this.refuseFor(
      reason,
      (fault) => this.askReason(fault),
      () => this.end('declined'),
    );
  }

  private async refuseStrangers(): Promise<void> {
    await this.refuseFor(
      'not_me',
      (fault) => this.showAgain(fault),
      () => this.showBlocked(),
    );
  }

  private async refuseFor(reason: DeclineReason, again: (fault: string) => void, done: () => void): Promise<void> {
    if (this.display.isBusy) return;
    try {
      await this.display.busy(() => this.phone.decline(this.authentication.id, reason));
      done();
    } catch (error) {
      if (codeOf(error)?.startsWith('authentication_') === true) await this.endAsHistorySays();
      else again(faultOf(error));
    }
  }

  /** What somebody does next who was asked for by a stranger. */
  private showBlocked(): void {
    if (this.over) return;
    this.over = true;
    const { title, text, whatToDo, call, callNumber, password, look } = messages.blocked;
    const steps = [
      make('li', {}, `${call} `, make('a', { href: 'tel:114' }, callNumber)),
      make('li', {}, password(this.authentication.relyingParty.name)),
      make('li', {}, look),
    ];
    this.display.show(() =>
      screen(
        { title, text, kind: 'blocked' },
        make('h2', {}, whatToDo),
        make('ol', { class: 'what-to-do' }, ...steps),
        button(messages.history.show, this.leave.history),
        button(messages.done, this.leave.home, 'secondary'),
      ),
    );
  }

  private countdown(signal: AbortSignal): HTMLElement {
    const element = make('strong', { class: 'clock', role: 'timer', 'aria-live': 'off' });
    const countdown = startCountdown({
      element,
      until: this.authentication.expiresAt,
      now: this.now,
      onLastCall: () => this.display.say(messages.lastSeconds),
      onEnd: () => this.end('expired'),
    });
    signal.addEventListener('abort', () => countdown.stop());
    return element;
  }
}

/** Where the window is open: its address, and which browser it says it is. */
function whereOf(endUser: PendingAuthentication['endUser']): string {
  const { ip, userAgent } = endUser ?? {};
  const browser = /Edg|OPR|SamsungBrowser|Firefox|Chrome|Safari/.exec(userAgent ?? '')?.[0];
  return (
    [ip, browser?.replace('Edg', 'Edge').replace('OPR', 'Opera')].filter(Boolean).join(' · ') || messages.whereUnknown
  );
}
