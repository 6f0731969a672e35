import { make } from '../../pages/browser/element.ts';
import { words } from '../words/words.ts';

const PIN_LENGTH = 6;
const MATCH_LENGTH = 2;
const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '', '0', '⌫'];

/** Digits by touch or keyboard. What is complete is passed on once, and the pad is cleared. */
abstract class DigitPad {
  readonly element: HTMLElement;
  protected readonly shown = make('p', { 'aria-hidden': 'true' });
  private readonly typed = make('p', { class: 'unseen', role: 'status' });
  private digits = '';

  /** `signal` ends the pad and its keyboard listener. */
  constructor(
    private readonly length: number,
    label: string,
    private readonly onFull: (digits: string) => void,
    private readonly signal: AbortSignal,
  ) {
    const keys = KEYS.map((key) => {
      if (key === '') return make('span');
      const label = key === '⌫' ? words.pinErase : key;
      return make('button', { type: 'button', 'aria-label': label, onclick: () => this.press(key) }, key);
    });
    const pad = make('div', { class: 'pin-keys', role: 'group', 'aria-label': label }, ...keys);
    this.element = make('div', { class: 'pin-pad' }, this.shown, this.typed, pad);
    document.addEventListener('keydown', (event) => this.type(event), { signal });
    this.draw();
  }

  private type(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (/^\d$/.test(event.key)) this.press(event.key);
    else if (event.key === 'Backspace') this.press('⌫');
  }

  private press(key: string): void {
    // The last PIN is still being checked.
    if (this.element.closest('[aria-busy="true"]')) return;
    this.digits = key === '⌫' ? this.digits.slice(0, -1) : this.digits + key;
    this.draw();
    if (this.digits.length < this.length) return;
    const full = this.digits;
    this.digits = '';
    // Shows the last digit before the pad is cleared.
    const timer = setTimeout(() => {
      this.draw();
      this.onFull(full);
    }, 120);
    this.signal.addEventListener('abort', () => clearTimeout(timer));
  }

  private draw(): void {
    this.shown.replaceChildren(...this.places(this.digits));
    this.typed.textContent = this.digits === '' ? '' : this.spoken(this.digits);
  }

  /** One element a place. */
  protected abstract places(digits: string): HTMLElement[];

  /** What a screen reader says after a key. */
  protected abstract spoken(digits: string): string;
}

/** A PIN: six dots. */
export class PinPad extends DigitPad {
  constructor(onFull: (pin: string) => void, signal: AbortSignal) {
    super(PIN_LENGTH, words.pinDigit, onFull, signal);
    this.shown.className = 'pin-dots';
  }

  protected places({ length }: string): HTMLElement[] {
    return Array.from({ length: PIN_LENGTH }, (_, at) => make('i', { class: at < length && 'on' }));
  }

  protected spoken({ length }: string): string {
    return words.pinTyped(length);
  }
}

/** The two digits that the page shows. They are no secret, so the person sees what was typed. */
export class MatchPad extends DigitPad {
  constructor(onFull: (match: string) => void, signal: AbortSignal) {
    super(MATCH_LENGTH, words.match.digits, onFull, signal);
    this.shown.className = 'match-digits';
  }

  protected places(digits: string): HTMLElement[] {
    return Array.from({ length: MATCH_LENGTH }, (_, at) => make('i', {}, digits[at] ?? ''));
  }

  protected spoken(digits: string): string {
    return Array.from(digits).join(' ');
  }
}
