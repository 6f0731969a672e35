import { byId, make, type Child } from '../../pages/browser/element.ts';
import { words } from '../words/words.ts';

/** Draws one screen. `signal` is aborted when another screen is shown. */
type Draw = (signal: AbortSignal) => HTMLElement;

/** A notification at the top: of a request, of an alert, or of a notice, which the settings keep as well. */
interface Banner {
  kind: 'request' | 'alert' | 'notice';
  title: string;
  text: string;
}

/** Milliseconds after which a notice disappears: a person needs 20 seconds to read and press it (WCAG 2.2, 2.2.1). */
const NOTICE_MS = 20_000;

/** The phone's display: one screen at a time, a notification above it, and announcements for screen readers. */
export class Display {
  private readonly element = byId('display', HTMLElement);
  /** The number of notifications so far. */
  notified = 0;
  private readonly bannerElement = byId('banner', HTMLElement);
  private current = new AbortController();
  private banner: Banner['kind'] | undefined;
  private bannerTimer: ReturnType<typeof setTimeout> | undefined;
  private press: Promise<void> | undefined;

  constructor() {
    this.element.addEventListener('pointerdown', () => {
      this.press = new Promise((resolve) => {
        const ended = new AbortController();
        const end = () => {
          ended.abort();
          this.press = undefined;
          // The click follows the end of the press.
          setTimeout(resolve);
        };
        for (const type of ['pointerup', 'pointercancel']) addEventListener(type, end, { signal: ended.signal });
      });
    });
  }

  /**
   * Resolves when nothing on the screen is being pressed. A button that is replaced between the press and its end gets no
   * click, so that a list drawn anew at that moment would swallow the tap.
   */
  async released(): Promise<void> {
    await this.press;
  }

  /** Replaces the screen and focuses the heading of the new one. */
  show(draw: Draw): void {
    this.current.abort();
    this.current = new AbortController();
    const screen = draw(this.current.signal);
    const hadFocus = document.hasFocus();
    this.element.replaceChildren(screen);
    this.element.scrollTop = 0;
    // A phone beside a window must not take the focus out of the window's field.
    if (hadFocus) screen.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
  }

  /** Disables the screen while `work` runs. */
  async busy<Result>(work: () => Promise<Result>): Promise<Result> {
    this.element.setAttribute('aria-busy', 'true');
    try {
      return await work();
    } finally {
      this.element.removeAttribute('aria-busy');
    }
  }

  /** Whether a notification is shown. */
  get isNotifying(): boolean {
    return this.banner !== undefined;
  }

  get isBusy(): boolean {
    return this.element.hasAttribute('aria-busy');
  }

  say(text: string): void {
    byId('said', HTMLElement).textContent = text;
  }

  /** Shows a notification at the top; a tap removes it and opens it. */
  notify({ kind, title, text }: Banner, onTap?: () => void): void {
    this.clearNotification();
    this.notified += 1;
    this.banner = kind;
    const tap = () => {
      this.clearNotification();
      onTap?.();
    };
    const content = [make('strong', {}, title), make('span', {}, text)];
    this.bannerElement.replaceChildren(make('button', { type: 'button', onclick: tap }, ...content));
    // The notification stays while it has the keyboard focus.
    const isAtIt = () => this.bannerElement.matches(':focus-within');
    if (kind === 'notice') {
      this.bannerTimer = setTimeout(() => !isAtIt() && this.clearNotification(), NOTICE_MS);
    }
  }

  /** Removes the notification; with `kind`, only one of that kind. */
  clearNotification(kind = this.banner): void {
    if (kind !== this.banner) return;
    this.banner = undefined;
    clearTimeout(this.bannerTimer);
    this.bannerElement.replaceChildren();
  }
}

/** A screen: its title, a sentence, its content, and a back button if there is a way back. */
export function screen(
  { title, text, kind, back }: { title: string; text?: string; kind?: string; back?: () => void },
  ...children: Child[]
): HTMLElement {
  return make(
    'section',
    { class: `screen ${kind ?? ''}`.trim() },
    back !== undefined && button(words.back, back, 'back'),
    make('h1', { tabindex: '-1' }, title),
    text !== undefined && make('p', { class: 'lead' }, text),
    ...children,
  );
}

export function button(text: string, onclick: () => void, kind = 'primary'): HTMLButtonElement {
  return make('button', { type: 'button', class: kind, onclick }, text);
}

/** A line for an error message; empty while there is none. */
export function faultLine(text = ''): HTMLElement {
  return make('p', { class: 'fault', role: 'alert' }, text);
}

/** Names and values, one below the other. */
export function factList(rows: readonly (readonly [string, string | Node])[]): HTMLElement {
  const entries = rows.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value)));
  return make('dl', { class: 'facts' }, ...entries);
}

/** A mark for the outcome. */
export function badge(): HTMLElement {
  return make('div', { class: 'badge', 'aria-hidden': 'true' });
}
