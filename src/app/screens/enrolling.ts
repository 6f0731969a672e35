import type { Phone } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { codeFields } from './code-field.ts';
import { button, faultLine, screen, type Display } from './display.ts';
import { FirstPin } from './first-pin.ts';
import { words } from '../words/words.ts';

/** A line that the phone's SIM may belong to. */
export interface OfferedLine {
  lineId: string;
  phoneNumber: string;
  note: string;
  handset: { os: string; osVersion: string };
}

interface Handset {
  platform: 'android' | 'ios';
  osVersion: string;
}

const TYPED_CODE_HANDSET: Handset = { platform: 'android', osVersion: '14' };

/** First use: the person chooses a line or types a code, and then sets the PIN. */
export class Enrolling {
  private lineId: string;
  /** The screen to which a failed enrolment returns. */
  private startOver: (said: HTMLElement) => void = (said) => this.begin(said);

  constructor(
    private readonly display: Display,
    private readonly phone: { issuer: string; pushToken: string; lines: readonly OfferedLine[] },
    private readonly onEnrolled: (phone: Phone) => Promise<void>,
    private readonly ways: {
      /** An institution's code enrols a Smart OTP, and needs no phone of the subscription beside it. */
      addSmartOtp: (back: () => void) => void;
      /** The screen for a person without a phone of the subscription; undefined if there is nothing to show yet. */
      elsewhere: () => (() => void) | undefined;
    },
  ) {
    this.lineId = phone.lines[0]?.lineId ?? '';
  }

  /** Asks whose phone this is. */
  begin(...said: HTMLElement[]): void {
    this.startOver = (fault) => this.begin(fault);
    const back = this.ways.elsewhere();
    this.display.show(() => {
      const select = make('select', { id: 'line' });
      for (const { lineId, phoneNumber, note } of this.phone.lines) {
        const chosen = lineId === this.lineId;
        select.append(make('option', { value: lineId, selected: chosen }, `${phoneNumber} · ${note}`));
      }
      return screen(
        { ...words.welcome, kind: 'welcome', ...(back && { back }) },
        ...said,
        make('label', { for: 'line' }, words.line),
        select,
        button(words.setUp, () => void this.setUp(select.value)),
        make('details', {}, make('summary', {}, words.haveCode), ...this.codeFields('secondary')),
        button(words.settings.addSmartOtp, () => this.ways.addSmartOtp(() => this.begin()), 'link'),
      );
    });
  }

  /**
   * Asks for a new code on a phone that is already enrolled. Its present enrolment stays until the code is accepted.
   */
  beginAgain(back: () => void, ...said: HTMLElement[]): void {
    this.startOver = (fault) => this.beginAgain(back, fault);
    const { title, text, website, call } = words.enrolAgain;
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
    const look = { kind, hint: words.enrolmentCodeFormat };
    return codeFields(this.phone.issuer, look, (code) => this.choosePin(code, TYPED_CODE_HANDSET));
  }

  /** Subscribes the line, gets its code and enrols with this PIN in one press, which only the demonstration offers. */
  async prepare(lineId: string, pin: string): Promise<void> {
    await this.setUp(lineId, (code) => void this.firstPin(code, this.handset(lineId)).enrol(pin));
  }

  /** Subscribes the line and gets its code in one press, which only the demonstration offers. */
  private async setUp(
    lineId: string,
    then: (code: string) => void = (code) => this.choosePin(code, this.handset(lineId)),
  ): Promise<void> {
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
      if (answer.enrolmentCode !== undefined) then(answer.enrolmentCode);
      else this.begin(refusal(answer.reasons ?? []));
    } catch {
      this.begin(faultLine(words.unreachable));
    }
  }

  private handset(lineId: string): Handset {
    const { os, osVersion } = this.phone.lines.find((line) => line.lineId === lineId)?.handset ?? {};
    return osVersion === undefined ? TYPED_CODE_HANDSET : { platform: os === 'ios' ? 'ios' : 'android', osVersion };
  }

  private choosePin(enrolmentCode: string, handset: Handset): void {
    this.firstPin(enrolmentCode, handset).choose();
  }

  private firstPin(enrolmentCode: string, handset: Handset): FirstPin {
    const { issuer, pushToken } = this.phone;
    const name = `${words.deviceName} (${handset.platform === 'ios' ? 'iPhone' : 'Android'})`;
    const startOver = (said: HTMLElement) => this.startOver(said);
    const then = { enrolled: this.onEnrolled, startOver };
    return new FirstPin(this.display, { issuer, pushToken, enrolmentCode, name, ...handset }, then);
  }
}

/** Every reason why a line cannot subscribe. Each message comes in both languages, Korean first. */
function refusal(reasons: readonly { message: string }[]): HTMLElement {
  const items = reasons.map(({ message }) => make('li', {}, inOneLanguage(message)));
  return make(
    'div',
    { class: 'alert', role: 'alert' },
    make('strong', {}, words.notEligible),
    make('ul', {}, ...items),
  );
}

/** The Korean sentence ends with the last word that has a Korean letter; English follows. */
function inOneLanguage(message: string): string {
  const [, korean, english] = /^(.*[가-힣]\S*)\s(.+)$/.exec(message) ?? [];
  return korean !== undefined && english !== undefined ? words.ofBoth({ korean, english }) : message;
}
