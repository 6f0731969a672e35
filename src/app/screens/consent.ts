import type { AuthenticatorKind, Phone } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { button, factList, faultLine, screen, type Display } from './display.ts';
import { codeOf } from './fault.ts';
import { forgottenPin } from './forgotten-pin.ts';
import { PinPad } from './pin-pad.ts';
import { afterRefusedPin, type Leave } from './pin-refusal.ts';
import { words } from '../words/words.ts';

const messages = words.consent;

/** Shows the terms, takes the person's consent and the PIN, and enrols the authenticator. */
export class Consent {
  constructor(
    private readonly display: Display,
    private readonly phone: Phone,
    private readonly asked: { kind: AuthenticatorKind; terms: string },
    private readonly leave: Leave & { back: () => void },
    private readonly onEnrolled: (enrolled: { pin: string; vendorCode: string }) => Promise<void>,
  ) {}

  show(fault = ''): void {
    const { title, text, collected, purpose, kept } = messages.of[this.asked.kind];
    const agreed = make('input', { type: 'checkbox', id: 'agreed', 'aria-describedby': 'not-agreed' });
    const said = make('p', { class: 'fault', id: 'not-agreed', role: 'alert' }, fault);
    const proceed = () => {
      said.textContent = agreed.checked ? '' : messages.missing;
      if (agreed.checked) this.askPin();
      else agreed.focus();
    };
    this.display.show(() =>
      screen(
        { title, text, kind: 'consent', back: this.leave.back },
        factList([
          [messages.collected, collected],
          [messages.purpose, purpose],
          [messages.kept, kept],
          [messages.version, this.asked.terms],
        ]),
        make('label', { class: 'tick', for: 'agreed' }, agreed, make('span', {}, messages.agree)),
        said,
        button(messages.proceed, proceed),
      ),
    );
  }

  private askPin(fault = ''): void {
    this.display.show((signal) =>
      screen(
        { ...messages.pin, kind: 'pin', back: () => this.show() },
        faultLine(fault),
        new PinPad((pin) => void this.enrol(pin), signal).element,
        forgottenPin(this.display, this.leave, () => this.askPin()),
      ),
    );
  }

  private async enrol(pin: string): Promise<void> {
    const { kind, terms } = this.asked;
    this.display.say(words.pinChecking);
    try {
      const { vendorCode } = await this.display.busy(() => this.phone.enrolAuthenticator(kind, pin, terms));
      this.display.say('');
      await this.onEnrolled({ pin, vendorCode });
    } catch (error) {
      if (codeOf(error) === 'authenticator_not_possible') this.show(messages.of[kind].notPossible);
      else afterRefusedPin(this.display, error, { again: (fault) => this.askPin(fault), leave: this.leave });
    }
  }
}
