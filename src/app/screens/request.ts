import type { DeclineReason, PendingAuthentication, Phone } from '../../phone/phone.ts';
import { brand } from '../../pages/browser/brand.ts';
import { startCountdown } from '../../pages/browser/countdown.ts';
import { make } from '../../pages/browser/element.ts';
import { badge, button, factList, faultLine, screen, type Display } from './display.ts';
import { codeOf, faultOf, isUnregistered } from './fault.ts';
import { ProblemError } from '../../phone/problem-error.ts';
import { forgottenPin } from './forgotten-pin.ts';
import { deviceIn } from './end-user.ts';
import { floating } from './floating.ts';
import { MatchPad, PinPad } from './pin-pad.ts';
import { afterRefusedPin, type Leave } from './pin-refusal.ts';
import { readAloudButton } from './read-aloud.ts';
import { timeOf } from './time.ts';
import type { AppWords } from '../words/app-words.ts';
import type { Sentence } from '../words/shapes.ts';
import { words } from '../words/words.ts';

const REASONS = ['cancelled', 'wrong_details'] as const satisfies readonly DeclineReason[];
/** Milliseconds between two checks: no push reports that the code was typed, so the app polls while it shows one. */
const LOOK_MS = 2000;

type Ending = keyof AppWords['ended'];

/** The texts of a request that depend on its kind. */
export type RequestWords = Pick<AppWords, 'pin' | 'ended' | 'blocked'> &
  Partial<Pick<AppWords, 'codeNote'>> & { code: Sentence };

/** The end of something before its request, in RFC 3339, and what happens then. */
interface CodeEnd {
  until: string;
  onEnd: () => void;
}

/** One authentication on the phone: how the person refuses it, and how it ends. The subclasses know its purpose. */
export abstract class Request {
  protected over = false;
  /** The digits of the page that the person typed, where the request asks for them. */
  protected match: string | undefined;
  protected abstract readonly words: RequestWords;

  constructor(
    protected readonly display: Display,
    protected readonly phone: Phone,
    readonly authentication: PendingAuthentication,
    protected readonly now: () => number,
    protected readonly leave: Leave & { history: () => void },
  ) {}

  /** Shows `relyingParty` and `purpose`. The PIN is asked for only afterwards. */
  abstract show(fault?: string): void;

  /** The screen to which a person returns who decides not to refuse. */
  protected abstract showAgain(fault?: string): void;

  /** The PIN is complete. */
  protected abstract open(pin: string): Promise<void>;

  /** The person has left this request: it draws nothing any more. */
  abandon(): void {
    this.over = true;
  }

  end(state: Ending, said: Sentence = this.words.ended[state]): void {
    if (this.over) return;
    this.over = true;
    this.display.show(() => screen({ ...said, kind: `ended ${state}` }, badge(), button(words.done, this.leave.home)));
  }

  /** What the person sees of every request before the PIN is asked for: a name and a value each. */
  protected facts(signal: AbortSignal): HTMLElement {
    const { purpose, endUser, requestedAt } = this.authentication;
    const { device, asSaid, named, unknown } = words.endUser;
    const { browser, system } = deviceIn(endUser?.userAgent ?? '');
    const from = browser && system ? named(browser, system) : (browser ?? system ?? unknown);
    return factList([
      [words.purpose, purpose],
      [device, make('span', {}, from, make('span', { class: 'hint' }, asSaid))],
      [words.requestedAt, timeOf(requestedAt)],
      [words.timeLeft, this.countdown(signal)],
    ]);
  }

  /** What few people can judge: the IP address, last and folded away. */
  protected more(): HTMLElement | null {
    const { ip } = this.authentication.endUser ?? {};
    if (ip === undefined) return null;
    const { more, claimed } = words.endUser;
    return make(
      'details',
      { class: 'more' },
      make('summary', {}, more),
      factList([[words.endUser.ip, ip]]),
      this.hint(claimed),
    );
  }

  /** Shows a code in two halves; `ends` is set for a code that ends before its request. */
  protected drawCode(shown: { code: string; askedFor?: string; fault: string; ends?: CodeEnd }): void {
    const { code, askedFor, fault, ends } = shown;
    this.display.say('');
    this.display.show((signal) => {
      const half = code.length / 2;
      const grouped = `${code.slice(0, half)} ${code.slice(half)}`;
      // Digit by digit for a screen reader, which would otherwise read the number in hundreds of thousands.
      const spoken = make('span', { class: 'unseen' }, Array.from(code).join(' '));
      const digits = make('p', { class: 'code', id: 'code' }, make('span', { 'aria-hidden': 'true' }, grouped), spoken);
      this.lookUntil(signal);
      return screen(
        { ...this.words.code, kind: 'shown-code' },
        digits,
        readAloudButton(() => code, signal),
        ...this.copying(code),
        // A code for a transaction is read beside it.
        ends && floating(digits, signal).button,
        factList([
          ...(askedFor === undefined ? [] : [[words.purpose, askedFor] as const]),
          [words.timeLeft, this.countdown(signal, ends)],
        ]),
        this.hint(this.words.codeNote ?? words.codeNote),
        faultLine(fault),
        ...this.refusals(),
      );
    });
  }

  /** Asks for the PIN, and before it for the digits of the page where the request has them. */
  protected askProof(): void {
    if (this.authentication.match === true) this.askMatch();
    else this.askPin();
  }

  /** The digits are typed and not chosen: who has no page before them cannot guess. */
  private askMatch(fault = ''): void {
    this.match = undefined;
    this.display.show((signal) => {
      const pad = new MatchPad((match) => {
        this.match = match;
        this.askPin();
      }, signal);
      const { title, text } = words.match;
      return screen(
        { title, text: text(this.authentication.relyingParty.name), kind: 'match', back: () => this.show() },
        faultLine(fault),
        pad.element,
        factList([[words.timeLeft, this.countdown(signal)]]),
        ...this.refusals(),
      );
    });
  }

  protected askPin(fault = ''): void {
    this.display.show((signal) => {
      const pad = new PinPad((pin) => void this.open(pin), signal);
      return screen(
        { ...this.words.pin, kind: 'pin', back: () => (this.match === undefined ? this.show() : this.askMatch()) },
        make('p', { class: 'hint' }, `${this.authentication.relyingParty.name} · ${this.authentication.purpose}`),
        this.typedMatch(),
        faultLine(fault),
        pad.element,
        factList([[words.timeLeft, this.countdown(signal)]]),
        forgottenPin(this.display, this.leave, () => this.askPin()),
      );
    });
  }

  /** The digits that were typed, and the way to change them before the PIN is typed in vain. */
  private typedMatch(): HTMLElement | null {
    if (this.match === undefined) return null;
    const { typed, change } = words.match;
    const digits = make('strong', {}, Array.from(this.match).join(' '));
    return make(
      'p',
      { class: 'typed-match' },
      `${typed} `,
      digits,
      ' ',
      button(change, () => this.askMatch(), 'link'),
    );
  }

  protected refuse(error: unknown): void {
    if (codeOf(error) === 'authentication_expired') this.end('expired');
    else if (codeOf(error)?.startsWith('authentication_') === true) void this.endAsHistorySays();
    else if (error instanceof ProblemError && error.code === 'match_mismatch')
      this.refuseMatch(error.attemptsLeft ?? 0);
    else {
      if (codeOf(error) === 'pin_locked' || codeOf(error) === 'pin_exhausted') this.over = true;
      afterRefusedPin(this.display, error, { again: (fault) => this.askPin(fault), leave: this.leave });
    }
  }

  private refuseMatch(attemptsLeft: number): void {
    if (attemptsLeft === 0) this.endGuessed();
    else this.askMatch(words.match.wrong(attemptsLeft));
  }

  /** Who had no page guessed: the person may still say that the request was not theirs. */
  private endGuessed(fault = ''): void {
    if (this.over) return;
    this.display.show(() =>
      screen(
        { ...words.match.failed, kind: 'ended failed' },
        badge(),
        faultLine(fault),
        button(words.done, this.leave.home),
        button(words.notMe, () => void this.denyEnded(), 'danger'),
      ),
    );
  }

  private async denyEnded(): Promise<void> {
    if (this.display.isBusy) return;
    try {
      await this.display.busy(() => this.phone.notMe(this.authentication.id));
      this.showBlocked();
    } catch (error) {
      if (isUnregistered(error)) this.leaveUnregistered();
      else this.endGuessed(faultOf(error));
    }
  }

  /** The way of the code into the page that waits for it: no page can bring the person back to another app's. */
  protected copying(code: string): HTMLElement[] {
    const { clipboard } = navigator as { clipboard?: Clipboard };
    // Only a page over TLS has it.
    if (!clipboard) return [];
    const said = make('p', { class: 'hint', role: 'status' });
    const { copy, copied, refused } = words.copying;
    const write = async () => {
      const isCopied = await clipboard.writeText(code).then(
        () => true,
        () => false,
      );
      said.textContent = isCopied ? copied(this.authentication.relyingParty.name) : refused;
    };
    return [button(copy, () => void write(), 'secondary'), said];
  }

  protected hint(text: string): HTMLElement {
    return make('p', { class: 'hint' }, text);
  }

  /** Polls while a code is shown. */
  private lookUntil(signal: AbortSignal): void {
    const timer = setInterval(() => void this.look(), LOOK_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
  }

  /** A request that is no longer pending has ended; the history tells how. */
  private async look(): Promise<void> {
    try {
      const pending = await this.phone.pending();
      if (!this.over && !pending.some(({ id }) => id === this.authentication.id)) await this.endAsHistorySays();
    } catch (error) {
      // The next poll may succeed, but not on a phone that the service no longer knows.
      if (isUnregistered(error)) this.leaveUnregistered();
    }
  }

  private async endAsHistorySays(): Promise<void> {
    const { requestedAt } = this.authentication;
    const history = await this.phone.history().catch((error: unknown) => (isUnregistered(error) ? null : []));
    if (history === null) {
      this.leaveUnregistered();
      return;
    }
    const state = history.find((entry) => entry.requestedAt === requestedAt)?.state;
    this.end(state === undefined || state === 'pending' || state === 'opened' ? 'cancelled' : state);
  }

  /** A code of a phone that was replaced, or whose subscription has ended, is worth nothing and must not stay. */
  private leaveUnregistered(): void {
    if (!this.over) this.leave.unregistered();
  }

  /** A request by a stranger is refused at once; the person's own is cancelled with a reason. */
  protected refusals(): HTMLElement[] {
    return [
      button(words.notMe, () => void this.refuseStrangers(), 'danger'),
      button(words.decline, () => this.askReason(), 'secondary'),
    ];
  }

  private askReason(fault = ''): void {
    this.display.show(() =>
      screen(
        { title: words.declineTitle, kind: 'reasons', back: () => this.showAgain() },
        faultLine(fault),
        ...REASONS.map((reason) => button(words.reasons[reason], () => void this.decline(reason), 'secondary')),
      ),
    );
  }

  private async decline(reason: DeclineReason): Promise<void> {
    await this.refuseFor(
      reason,
      (fault) => this.askReason(fault),
      () => this.end('declined'),
    );
  }

  protected async refuseStrangers(): Promise<void> {
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
      else if (isUnregistered(error)) this.leaveUnregistered();
      else again(faultOf(error));
    }
  }

  /** The next steps for a person whose authentication a stranger requested. */
  private showBlocked(): void {
    if (this.over) return;
    this.over = true;
    const { title, text, whatToDo, call, callNumber, password, look } = this.words.blocked;
    const steps = [
      make('li', {}, `${call} `, make('a', { href: `tel:${brand.callCentre}` }, callNumber)),
      make('li', {}, password(this.authentication.relyingParty.name)),
      make('li', {}, look),
    ];
    this.display.show(() =>
      screen(
        { title, text, kind: 'blocked' },
        make('h2', {}, whatToDo),
        make('ol', { class: 'what-to-do' }, ...steps),
        button(words.history.show, this.leave.history),
        button(words.done, this.leave.home, 'secondary'),
      ),
    );
  }

  /** The remaining time of the request; with `ends`, of something that ends before it. */
  protected countdown(signal: AbortSignal, ends?: CodeEnd): HTMLElement {
    const element = make('strong', { class: 'clock', role: 'timer', 'aria-live': 'off' });
    const { until, onEnd } = ends ?? { until: this.authentication.expiresAt, onEnd: () => this.end('expired') };
    const onLastCall = () => this.display.say(words.lastSeconds);
    const countdown = startCountdown({ element, until, now: this.now, onLastCall, onEnd });
    signal.addEventListener('abort', () => countdown.stop());
    return element;
  }
}
