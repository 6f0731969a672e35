import { assertChosenPin } from '../../../phone/knowledge-key.ts';
import { Phone } from '../../../phone/phone.ts';
import { ProblemError } from '../../../phone/problem-error.ts';
import { make } from '../page/element.ts';
import { locale } from '../page/locale.ts';
import { button, faultLine, screen, type Display } from './display.ts';
import { faultOf } from './fault.ts';
import { MESSAGES } from './messages.ts';
import { PinPad } from './pin-pad.ts';

/** A line that the phone's SIM could be of. */
export interface DemoLine {
  lineId: string;
  phoneNumber: string;
  note: string;
  handset: { os: string; osVersion: string };
}

interface Handset {
  platform: 'android' | 'ios';
  osVersion: string;
}

const messages = MESSAGES[locale];
const TYPED_CODE_HANDSET: Handset = { platform: 'android', osVersion: '14' };

/** First use: a line or a code, a PIN typed twice, and the device exists. */
export class Enrolling {
  private lineId: string;
  /** Where a failed enrolment leads back to. */
  private startOver: (said: HTMLElement) => void = (said) => this.begin(said);

  constructor(
    private readonly display: Display,
    private readonly phone: { issuer: string; pushToken: string; lines: readonly DemoLine[] },
    private readonly onEnrolled: (phone: Phone) => Promise<void>,
  ) {
    this.lineId = phone.lines[0]?.lineId ?? '';
  }

  /** Asks whose phone this is. */
  begin(...said: HTMLElement[]): void {
    this.startOver = (fault) => this.begin(fault);
    this.display.show(() => {
      const select = make('select', { id: 'line' });
      for (const { lineId, phoneNumber, note } of this.phone.lines) {
        const chosen = lineId === this.lineId;
        select.append(make('option', { value: lineId, selected: chosen }, `${phoneNumber} · ${note}`));
      }
      return screen(
        { ...messages.welcome, kind: 'welcome' },
        ...said,
        make('label', { for: 'line' }, messages.line),
        select,
        button(messages.setUp, () => void this.setUp(select.value)),
        make('details', {}, make('summary', {}, messages.haveCode), ...this.codeFields('secondary')),
      );
    });
  }

  /** Asks a phone that is enrolled already for a new code; what it has it keeps until the code was accepted. */
  beginAgain(back: () => void, ...said: HTMLElement[]): void {
    this.startOver = (fault) => this.beginAgain(back, fault);
    const { title, text, website, call } = messages.enrolAgain;
    this.display.show(() =>
      screen(
        { title, text, kind: 'again', back },
        make('ul', { class: 'what-to-do' }, make('li', {}, website), make('li', {}, call)),
        ...said,
        ...this.codeFields('primary'),
      ),
    );
  }

  private codeFields(kind: 'primary' | 'secondary'): HTMLElement[] {
    const code = make('input', {
      id: 'enrolment-code',
      autocomplete: 'off',
      autocapitalize: 'characters',
      spellcheck: 'false',
      maxlength: '32',
      placeholder: 'XXXXX-XXXXX-XXXXX-XXXXX',
      'aria-describedby': 'enrolment-format enrolment-fault',
    });
    const fault = make('p', { class: 'fault', id: 'enrolment-fault', role: 'alert' });
    const useCode = () => {
      const letters = code.value.replace(/[\s-]/g, '');
      fault.textContent = letters.length === 20 ? '' : messages.enrolmentCodeFormat;
      if (letters.length === 20) this.choosePin(code.value, TYPED_CODE_HANDSET);
      else code.focus();
    };
    return [
      make('label', { for: 'enrolment-code' }, messages.enrolmentCode),
      code,
      make('p', { class: 'hint', id: 'enrolment-format' }, messages.enrolmentCodeFormat),
      fault,
      button(messages.useCode, useCode, kind),
    ];
  }

  /** Has the line subscribed, and gets its code in one press: only a demonstration has such a thing. */
  private async setUp(lineId: string): Promise<void> {
    if (this.display.isBusy) return;
    this.lineId = lineId;
    try {
      const response = await this.display.busy(() =>
        fetch('/local/enrolments', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ lineId }),
        }),
      );
      const answer = (await response.json()) as { enrolmentCode?: string; reasons?: { message: string }[] };
      if (answer.enrolmentCode !== undefined) this.choosePin(answer.enrolmentCode, this.handset(lineId));
      else this.begin(refusal(answer.reasons ?? []));
    } catch {
      this.begin(faultLine(messages.unreachable));
    }
  }

  private handset(lineId: string): Handset {
    const { os, osVersion } = this.phone.lines.find((line) => line.lineId === lineId)?.handset ?? {};
    return osVersion === undefined ? TYPED_CODE_HANDSET : { platform: os === 'ios' ? 'ios' : 'android', osVersion };
  }

  private choosePin(enrolmentCode: string, handset: Handset, fault = ''): void {
    this.display.show((signal) => {
      const pad = new PinPad((pin) => {
        try {
          assertChosenPin(pin);
          this.repeatPin(enrolmentCode, handset, pin);
        } catch {
          this.choosePin(enrolmentCode, handset, messages.pinGuessable);
        }
      }, signal);
      return screen({ ...messages.choosePin, kind: 'pin' }, faultLine(fault), pad.element);
    });
  }

  private repeatPin(enrolmentCode: string, handset: Handset, pin: string): void {
    this.display.show((signal) => {
      const pad = new PinPad((again) => {
        if (again === pin) void this.enrol(enrolmentCode, handset, pin);
        else this.choosePin(enrolmentCode, handset, messages.pinsDiffer);
      }, signal);
      return screen({ ...messages.repeatPin, kind: 'pin' }, faultLine(), pad.element);
    });
  }

  private async enrol(enrolmentCode: string, handset: Handset, pin: string): Promise<void> {
    this.display.show(() =>
      screen({ title: messages.enrolling, kind: 'waiting' }, make('div', { class: 'spinner', 'aria-hidden': 'true' })),
    );
    const { issuer, pushToken } = this.phone;
    const name = `${messages.deviceName} (${handset.platform === 'ios' ? 'iPhone' : 'Android'})`;
    try {
      const app = { formFactor: 'phone', appVersion: '1.0.0', name } as const;
      await this.onEnrolled(await Phone.enrol({ issuer, enrolmentCode, pin, pushToken, ...handset, ...app }));
    } catch (error) {
      const invalid = error instanceof ProblemError && error.code === 'enrolment_code_invalid';
      this.startOver(faultLine(invalid ? messages.codeInvalid : faultOf(error)));
    }
  }
}

/** Every reason why a line cannot subscribe. Each comes in both languages, Korean first. */
function refusal(reasons: readonly { message: string }[]): HTMLElement {
  const items = reasons.map(({ message }) => make('li', {}, inOneLanguage(message)));
  return make(
    'div',
    { class: 'alert', role: 'alert' },
    make('strong', {}, messages.notEligible),
    make('ul', {}, ...items),
  );
}

/** The Korean sentence reaches to the last word that has a Korean letter; English follows. */
function inOneLanguage(message: string): string {
  const [, korean, english] = /^(.*[가-힣]\S*)\s(.+)$/.exec(message) ?? [];
  return (locale === 'ko' ? korean : english) ?? message;
}
