import { make } from '../../pages/browser/element.ts';
import type { Handset } from '../platform.ts';
import { button, faultLine, type Display } from '../screens/display.ts';
import type { Got, OwnWay } from '../screens/enrolling.ts';
import { words } from '../words/words.ts';

/** A line that the phone's SIM may belong to. */
export interface OfferedLine {
  lineId: string;
  phoneNumber: string;
  note: string;
  handset: { os: string; osVersion: string };
}

/** A phone on a computer's screen, when no line says more of it. */
export const SCREEN_PHONE: Handset = { platform: 'android', formFactor: 'phone', osVersion: '14' };

/** The lines of the demonstration: one press subscribes a line and gets its code. */
export class DemoLines {
  private lineId: string;

  constructor(
    private readonly display: Display,
    private readonly lines: readonly OfferedLine[],
  ) {
    this.lineId = lines[0]?.lineId ?? '';
  }

  /** The choice of a line on the first screen. */
  readonly choice: OwnWay = ({ got, again }) => {
    const select = make('select', { id: 'line' });
    for (const { lineId, phoneNumber, note } of this.lines) {
      const selected = lineId === this.lineId;
      select.append(make('option', { value: lineId, selected }, `${phoneNumber} · ${note}`));
    }
    const setUp = async () => {
      if (this.display.isBusy) return;
      const code = await this.code(select.value);
      if (code instanceof HTMLElement) again(code);
      else got(code);
    };
    return [make('label', { for: 'line' }, words.line), select, button(words.setUp, () => void setUp())];
  };

  /** Subscribes a line; returns its code, or what to say when the line cannot subscribe. */
  async code(lineId: string): Promise<Required<Got> | HTMLElement> {
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
      const { enrolmentCode, reasons = [] } = answer;
      return enrolmentCode === undefined ? refusal(reasons) : { enrolmentCode, handset: this.handset(lineId) };
    } catch {
      return faultLine(words.unreachable);
    }
  }

  private handset(lineId: string): Handset {
    const { os, osVersion } = this.lines.find((line) => line.lineId === lineId)?.handset ?? {};
    if (osVersion === undefined) return SCREEN_PHONE;
    return { ...SCREEN_PHONE, platform: os === 'ios' ? 'ios' : 'android', osVersion };
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
