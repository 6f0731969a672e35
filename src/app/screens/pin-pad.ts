import { make } from '../../pages/browser/element.ts';
import { words } from '../words/words.ts';

const LENGTH = 6;
const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '', '0', '⌫'];

/** Six digits by touch or keyboard. Each complete PIN is passed on once, and the pad is cleared. */
export class PinPad {
  readonly element: HTMLElement;
  private readonly dots = make('p', { class: 'pin-dots', 'aria-hidden': 'true' });
  private readonly typed = make('p', { class: 'unseen', role: 'status' });
  private digits = '';

  /** `signal` ends the pad and its keyboard listener. */
  constructor(
    private readonly onFull: (pin: string) => void,
    signal: AbortSignal,
  ) {
    const keys = KEYS.map((key) => {
      if (key === '') return make('span');
      const label = key === '⌫' ? words.pinErase : key;
      return make('button', { type: 'button', 'aria-label': label, onclick: () => this.press(key) }, key);
    });
    const pad = make('div', { class: 'pin-keys', role: 'group', 'aria-label': words.pinDigit }, ...keys);
    this.element = make('div', { class: 'pin-pad' }, this.dots, this.typed, pad);
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
    if (this.digits.length < LENGTH) return;
    const pin = this.digits;
    this.digits = '';
    // Shows the sixth dot before the pad is cleared.
    setTimeout(() => {
      this.draw();
      this.onFull(pin);
    }, 120);
  }

  private draw(): void {
    const { length } = this.digits;
    this.dots.replaceChildren(...Array.from({ length: LENGTH }, (_, at) => make('i', { class: at < length && 'on' })));
    this.typed.textContent = length === 0 ? '' : words.pinTyped(length);
  }
}
