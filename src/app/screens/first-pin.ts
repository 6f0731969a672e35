import { assertChosenPin } from '../../phone/knowledge-key.ts';
import { Phone, type Enrolment } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { button, faultLine, screen, type Display } from './display.ts';
import { codeOf, faultOf, isRefusal } from './fault.ts';
import { PinPad } from './pin-pad.ts';
import { APP_VERSION } from '../platform.ts';
import { words } from '../words/words.ts';

type Prepared = Awaited<ReturnType<typeof Phone.prepare>>;

/** An enrolment that was sent, but not answered. The service may have taken its code, so the same code resumes it. */
export class Unanswered {
  private kept: { enrolmentCode: string; resume: () => void } | undefined;

  keep(enrolmentCode: string, resume: () => void): void {
    this.kept = { enrolmentCode, resume };
  }

  /** Resumes what was sent with this code; false if there is nothing. */
  resume(enrolmentCode: string): boolean {
    const { kept } = this;
    if (kept?.enrolmentCode !== enrolmentCode) return false;
    this.kept = undefined;
    kept.resume();
    return true;
  }
}

/** The person types a new PIN twice, then the device is enrolled. */
export class FirstPin {
  constructor(
    private readonly display: Display,
    private readonly enrolment: Omit<Enrolment, 'pin' | 'appVersion'>,
    private readonly then: { enrolled: (phone: Phone) => Promise<void>; startOver: (said: HTMLElement) => void },
    private readonly unanswered: Unanswered,
  ) {}

  choose(fault = ''): void {
    this.display.show((signal) => {
      const pad = new PinPad((pin) => {
        try {
          assertChosenPin(pin);
          this.repeat(pin);
        } catch {
          this.choose(words.pinGuessable);
        }
      }, signal);
      return screen({ ...words.choosePin, kind: 'pin' }, faultLine(fault), pad.element);
    });
  }

  private repeat(pin: string): void {
    this.display.show((signal) => {
      const pad = new PinPad((again) => {
        if (again === pin) void this.enrol(pin);
        else this.choose(words.pinsDiffer);
      }, signal);
      return screen({ ...words.repeatPin, kind: 'pin' }, faultLine(), pad.element);
    });
  }

  /** Enrols the device with this PIN. */
  async enrol(pin: string): Promise<void> {
    this.wait();
    try {
      await this.send(await Phone.prepare({ ...this.enrolment, appVersion: APP_VERSION, pin }));
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const invalid = codeOf(error) === 'enrolment_code_invalid';
    this.then.startOver(faultLine(invalid ? words.codeInvalid : faultOf(error)));
  }

  /** Sends the enrolment. The code may be spent although no answer comes: then the same is sent again. */
  private async send(prepared: Prepared): Promise<void> {
    const phone = await prepared.enrol().catch((error: unknown) => {
      if (isRefusal(error)) throw error;
      this.showUnanswered(prepared, faultOf(error));
    });
    if (phone) await this.then.enrolled(phone);
  }

  private showUnanswered(prepared: Prepared, fault: string): void {
    const { title, text, again, other, left } = words.unanswered;
    const resume = () => {
      this.wait();
      void this.send(prepared).catch((error: unknown) => this.fail(error));
    };
    const stop = () => {
      this.unanswered.keep(this.enrolment.enrolmentCode, resume);
      this.then.startOver(make('p', { class: 'hint' }, left));
    };
    this.display.show(() =>
      screen(
        { title, text, kind: 'unanswered' },
        faultLine(fault),
        button(again, resume),
        button(other, stop, 'secondary'),
      ),
    );
  }

  private wait(): void {
    this.display.show(() =>
      screen({ title: words.enrolling, kind: 'waiting' }, make('div', { class: 'spinner', 'aria-hidden': 'true' })),
    );
  }
}
