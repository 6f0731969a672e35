import type { NewPhoneEnrolment, Phone, PhoneAlert } from '../../phone/phone.ts';
import { brand } from '../../pages/browser/brand.ts';
import { make } from '../../pages/browser/element.ts';
import { textsOf, type Answer } from './alerts.ts';
import { badge, button, faultLine, screen, type Display } from './display.ts';
import { codeOf } from './fault.ts';
import { forgottenPin } from './forgotten-pin.ts';
import { PinPad } from './pin-pad.ts';
import { afterRefusedPin, type Leave } from './pin-refusal.ts';
import { words } from '../words/words.ts';

const messages = words.alerts;

/** One answer to an alert: the PIN, and what came of it. */
export class AlertAnswer {
  constructor(
    private readonly display: Display,
    private readonly phone: Phone,
    private readonly alert: PhoneAlert,
    private readonly answer: Answer,
    private readonly leave: Leave & {
      back: () => void;
      /** The code for the new phone, which the service gives for a confirmation. */
      given: (enrolment: NewPhoneEnrolment) => void;
    },
  ) {}

  askPin(fault = ''): void {
    const { title } = words.pin;
    const chosen = textsOf(this.alert)[this.answer];
    this.display.show((signal) =>
      screen(
        { title, text: messages.pinText(chosen.button), kind: 'pin', back: this.leave.back },
        faultLine(fault),
        new PinPad((pin) => void this.send(pin), signal).element,
        forgottenPin(this.display, this.leave, () => this.askPin()),
      ),
    );
  }

  private async send(pin: string): Promise<void> {
    this.display.say(words.pinChecking);
    try {
      const given = await this.display.busy(() => this.prove(pin));
      if (given) this.leave.given(given);
      else this.showDone();
    } catch (error) {
      if (codeOf(error)?.startsWith('alert_') === true) this.showEnd(messages.over);
      else if (codeOf(error) === 'subscription_not_active') this.showEnd(messages.suspended);
      else afterRefusedPin(this.display, error, { again: (fault) => this.askPin(fault), leave: this.leave });
    }
  }

  private async prove(pin: string): Promise<NewPhoneEnrolment | undefined> {
    if (this.answer === 'confirm') return this.phone.confirmAlert(this.alert, pin);
    await this.phone.objectToAlert(this.alert, pin);
    return undefined;
  }

  private showDone(): void {
    const title = this.answer === 'confirm' ? messages.confirmed : messages.objected;
    const { done } = textsOf(this.alert)[this.answer];
    // A person who objects has the call centre to call in most cases, so the number is at hand.
    const call =
      this.answer === 'object' &&
      make('a', { class: 'secondary', href: `tel:${brand.callCentre}` }, messages.callNumber);
    this.display.say('');
    this.display.show(() =>
      screen({ title, text: done, kind: 'ended verified' }, badge(), button(words.done, this.leave.home), call),
    );
  }

  private showEnd(text: { title: string; text: string }): void {
    this.display.show(() => screen({ ...text, kind: 'ended cancelled' }, badge(), button(words.done, this.leave.home)));
  }
}
