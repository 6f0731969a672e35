import { encode } from 'uqr';
import type { NewPhoneEnrolment } from '../../phone/phone.ts';
import { startCountdown } from '../../pages/browser/countdown.ts';
import { make } from '../../pages/browser/element.ts';
import { button, factList, screen, type Display } from './display.ts';
import { words } from '../words/words.ts';

const messages = words.alerts.newPhone;
const SVG = 'http://www.w3.org/2000/svg';

/**
 * The code that enrols the person's new phone, shown on the old one. It is kept in memory alone, so that the person can
 * come back to it until it ends.
 */
export class NewPhoneCode {
  private enrolment: NewPhoneEnrolment | undefined;

  constructor(
    private readonly display: Display,
    private readonly now: () => number,
    private readonly ways: { leaveHome: () => void; home: () => void },
  ) {}

  take(enrolment: NewPhoneEnrolment): void {
    this.enrolment = enrolment;
    this.show();
  }

  /** The code was used. */
  forget(): void {
    this.enrolment = undefined;
  }

  /** The way back to the code from the first screen; null without one. */
  card(): HTMLElement | null {
    const { enrolment } = this;
    if (!enrolment || Date.parse(enrolment.expiresAt) <= this.now()) return null;
    const open = () => {
      this.ways.leaveHome();
      this.show();
    };
    return make(
      'button',
      { type: 'button', class: 'request-card notable', id: 'new-phone-code', onclick: open },
      make('strong', {}, messages.show),
    );
  }

  private show(): void {
    const { enrolment } = this;
    if (!enrolment) return;
    const { enrolmentCode, enrolmentUri, expiresAt } = enrolment;
    this.display.say('');
    this.display.show((signal) => {
      const left = make('strong', { class: 'clock', role: 'timer', 'aria-live': 'off' });
      const countdown = startCountdown({
        element: left,
        until: expiresAt,
        now: this.now,
        onLastCall: () => this.display.say(words.lastSeconds),
        onEnd: () => this.end(),
      });
      signal.addEventListener('abort', () => countdown.stop());
      return screen(
        { title: messages.title, text: messages.text, kind: 'new-phone' },
        make('p', { class: 'caution' }, messages.warning),
        make('figure', { class: 'qr' }, qrCode(enrolmentUri)),
        make('p', { class: 'enrolment-code', id: 'new-code' }, enrolmentCode),
        factList([[words.timeLeft, left]]),
        button(words.done, this.ways.home),
      );
    });
  }

  private end(): void {
    this.enrolment = undefined;
    this.display.show(() => screen({ ...messages.ended, kind: 'ended expired' }, button(words.done, this.ways.home)));
  }
}

/** Dark on light whatever the page's colours are, because scanners need that. */
function qrCode(text: string): SVGElement {
  const { data, size } = encode(text, { ecc: 'M', border: 2 });
  const dark = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  const part = (name: string, attributes: Record<string, string>) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  };
  const drawn = part('svg', {
    viewBox: `0 0 ${size} ${size}`,
    role: 'img',
    'aria-label': messages.qr,
    'shape-rendering': 'crispEdges',
  });
  drawn.append(part('path', { fill: '#fff', d: `M0 0h${size}v${size}H0z` }), part('path', { fill: '#000', d: dark }));
  return drawn;
}
