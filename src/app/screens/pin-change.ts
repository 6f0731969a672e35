import { assertChosenPin } from '../../phone/knowledge-key.ts';
import type { Phone } from '../../phone/phone.ts';
import { badge, button, faultLine, screen, type Display } from './display.ts';
import { forgottenPin } from './forgotten-pin.ts';
import { PinPad } from './pin-pad.ts';
import { afterRefusedPin, type Leave } from './pin-refusal.ts';
import { words } from '../words/words.ts';

/**
 * Asks for the present PIN, which the service checks, and then for the new one twice.
 * The phone itself cannot detect a wrong PIN, and would lose its key by rewrapping with it.
 */
export class PinChange {
  constructor(
    private readonly display: Display,
    private readonly phone: Phone,
    private readonly leave: Leave & { back: () => void },
    /** Overwrites the stored state: two wrappings of one key would reveal the PIN. */
    private readonly keep: () => Promise<void>,
  ) {}

  begin(fault = ''): void {
    const forgotten = forgottenPin(this.display, this.leave, () => this.begin());
    this.ask(words.changePin.old, fault, (pin) => void this.check(pin), forgotten);
  }

  private async check(pin: string): Promise<void> {
    this.display.say(words.pinChecking);
    try {
      await this.display.busy(() => this.phone.checkPin(pin));
    } catch (error) {
      afterRefusedPin(this.display, error, { again: (fault) => this.begin(fault), leave: this.leave });
      return;
    }
    this.display.say('');
    this.choose(pin);
  }

  private choose(old: string, fault = ''): void {
    this.ask(words.changePin.chosen, fault, (pin) => {
      try {
        assertChosenPin(pin);
      } catch {
        this.choose(old, words.pinGuessable);
        return;
      }
      if (pin === old) this.choose(old, words.changePin.same);
      else this.repeat(old, pin);
    });
  }

  private repeat(old: string, chosen: string): void {
    this.ask(words.repeatPin, '', (again) => {
      if (again === chosen) void this.change(old, chosen);
      else this.choose(old, words.pinsDiffer);
    });
  }

  private async change(old: string, chosen: string): Promise<void> {
    await this.display.busy(async () => {
      await this.phone.changePin(old, chosen);
      await this.keep();
    });
    this.display.show(() =>
      screen({ ...words.changePin.done, kind: 'ended verified' }, badge(), button(words.done, this.leave.back)),
    );
  }

  private ask(
    sentence: { title: string; text: string },
    fault: string,
    onFull: (pin: string) => void,
    below?: HTMLElement,
  ): void {
    this.display.show((signal) =>
      screen(
        { ...sentence, kind: 'pin', back: this.leave.back },
        faultLine(fault),
        new PinPad(onFull, signal).element,
        below,
      ),
    );
  }
}
