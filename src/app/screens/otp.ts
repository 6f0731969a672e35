import type { Phone, TimedCode } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { Consent } from './consent.ts';
import { button, faultLine, screen, type Display } from './display.ts';
import { isUnregistered } from './fault.ts';
import { floating } from './floating.ts';
import { forgottenPin } from './forgotten-pin.ts';
import { PinPad } from './pin-pad.ts';
import type { Leave } from './pin-refusal.ts';
import { readAloudButton } from './read-aloud.ts';
import { words } from '../words/words.ts';

const messages = words.otp;
const CODE_SECONDS = 30;
/** Milliseconds for which one PIN shows codes, and after which they are covered until the person taps. */
const SHOWN_MS = 120_000;
const UNCOVERED_MS = 60_000;
/** The current half minute, and those that begin before the screen is hidden. */
const CODES = 1 + SHOWN_MS / 1000 / CODE_SECONDS;
const TICK_MS = 250;
/** Milliseconds between two questions whether these codes are still worth something. */
const LOOK_MS = 5000;

/**
 * Time-based one-time codes, which need no network. One PIN computes the codes of the next two minutes at once: while
 * it shows them, the page holds neither PIN nor secret, only these codes.
 */
export class OneTimeCodes {
  constructor(
    private readonly display: Display,
    private readonly phone: Phone,
    private readonly terms: string,
    private readonly leave: Leave & { back: () => void },
    private readonly keep: () => Promise<void>,
  ) {}

  begin(): void {
    if (this.phone.can('otp')) this.askPin();
    else this.askConsent();
  }

  private askConsent(): void {
    const asked = { kind: 'otp', terms: this.terms } as const;
    new Consent(this.display, this.phone, asked, this.leave, async ({ pin }) => {
      await this.keep();
      await this.make(pin);
    }).show();
  }

  private askPin(said = ''): void {
    this.display.show((signal) =>
      screen(
        { ...messages.pin, kind: 'pin', back: this.leave.back },
        faultLine(said),
        new PinPad((pin) => void this.make(pin), signal).element,
        forgottenPin(this.display, this.leave, () => this.askPin()),
      ),
    );
  }

  private async make(pin: string): Promise<void> {
    this.show(await this.display.busy(() => this.phone.oneTimeCodes(pin, CODES)));
  }

  private show(codes: readonly TimedCode[]): void {
    const hideAt = Date.now() + SHOWN_MS;
    let coverAt = Date.now() + UNCOVERED_MS;
    this.display.show((signal) => {
      const grouped = make('span', { 'aria-hidden': 'true' });
      const spoken = make('span', { class: 'unseen' });
      const bar = make('progress', { class: 'half-minute', max: String(CODE_SECONDS), 'aria-hidden': 'true' });
      const left = make('strong', { class: 'clock', role: 'timer', 'aria-live': 'off' });
      const digitsLine = make('p', { class: 'code', id: 'code' }, grouped, spoken);
      const apart = floating(digitsLine, signal);
      let shown: TimedCode | undefined;
      const aloud = readAloudButton(() => shown?.code ?? '', signal);
      const uncover = button(messages.uncover, () => {
        coverAt = Date.now() + UNCOVERED_MS;
        setCovered(false);
        tick();
      });
      const setCovered = (isCovered: boolean) => {
        uncover.hidden = !isCovered;
        for (const one of [aloud, apart.button]) if (one) one.hidden = isCovered;
      };
      const cover = () => {
        if (!uncover.hidden) return;
        shown = undefined;
        grouped.textContent = '••• •••';
        spoken.textContent = messages.covered;
        this.display.say(messages.covered);
        setCovered(true);
      };
      setCovered(false);
      const draw = (code: TimedCode, now: number) => {
        const seconds = (code.endsAt - now) / 1000;
        bar.value = seconds;
        const face = messages.seconds(Math.ceil(seconds));
        if (left.textContent !== face) left.textContent = face;
        if (code === shown) return;
        const digits = Array.from(code.code).join(' ');
        grouped.textContent = `${code.code.slice(0, 3)} ${code.code.slice(3)}`;
        spoken.textContent = digits;
        if (shown) this.display.say(`${messages.next} ${digits}`);
        shown = code;
      };
      const tick = () => {
        const now = Date.now();
        const present = codes.find(({ endsAt }) => endsAt - CODE_SECONDS * 1000 <= now && now < endsAt);
        // After a change of the clock there may be no code for the present time.
        if (!present || now >= hideAt) this.askPin(messages.hidden);
        else if (now >= coverAt) cover();
        else draw(present, now);
      };
      const timer = setInterval(tick, TICK_MS);
      signal.addEventListener('abort', () => {
        clearInterval(timer);
        this.display.say('');
      });
      // A floating window is there to be read beside another page.
      const onHidden = () => document.hidden && !apart.isOpen() && this.askPin(messages.hidden);
      document.addEventListener('visibilitychange', onHidden, { signal });
      // Deferred until this screen is shown, because a tick may replace it.
      queueMicrotask(tick);
      return screen(
        { ...messages.shown, kind: 'shown-code' },
        digitsLine,
        uncover,
        bar,
        make('p', { class: 'until-next' }, messages.left, ' ', left),
        aloud,
        apart.button,
        make('p', { class: 'hint' }, words.codeNote),
        button(words.done, this.leave.back, 'secondary'),
        this.lockedLine(signal),
      );
    });
  }

  /** The last line of the screen, so that nothing moves when the service answers late or cannot be reached. */
  private lockedLine(signal: AbortSignal): HTMLElement {
    const line = make('p', { class: 'caution', role: 'status' });
    const ask = async () => {
      const known = await this.phone.authenticators().catch((error: unknown) => {
        // The codes of a phone that the service no longer knows are worth nothing.
        if (!signal.aborted && isUnregistered(error)) this.leave.unregistered();
        return [];
      });
      if (!signal.aborted && known.some(({ kind, locked }) => kind === 'otp' && locked)) {
        line.textContent = messages.locked;
      }
    };
    // The code is shown even if the service cannot be reached.
    const look = () => navigator.onLine && void ask();
    look();
    const timer = setInterval(look, LOOK_MS);
    signal.addEventListener('abort', () => clearInterval(timer));
    return line;
  }
}
