import { byId } from '../../pages/browser/element.ts';
import { words } from './words/words.ts';

/** The service's own limits (contract); it holds to them whatever this page believes. */
const RESENDS = 3;
const INTERVAL_MS = 30_000;

interface Sendings {
  resends: number;
  /** When the last one was sent, by this browser's clock. */
  sentAt: number;
}

/** The button that has it sent again. It remembers over a reload how often that was. */
export class Resend {
  private readonly button = byId('resend', HTMLButtonElement);
  private readonly note = byId('resend-note', HTMLElement);
  private readonly key: string;

  constructor(windowId: string, onPressed: () => void) {
    this.key = `pushguard.window.${windowId}`;
    this.button.addEventListener('click', () => {
      // Not `disabled`, which would throw the focus of whoever pressed it away.
      if (this.button.getAttribute('aria-disabled') !== 'true') onPressed();
    });
    setInterval(() => this.show(), 500);
  }

  /** The first sending, made by the start. */
  begin(): void {
    if (sessionStorage.getItem(this.key) === null) this.keep({ resends: 0, sentAt: Date.now() });
    this.show();
  }

  sentAgain(): void {
    this.keep({ resends: this.sendings().resends + 1, sentAt: Date.now() });
    this.show();
  }

  /** The service refused: it will not be sent before so many seconds, and perhaps not at all. */
  refused(retryAfterSeconds: number): void {
    const never = retryAfterSeconds * 1000 > INTERVAL_MS;
    const sentAt = Date.now() - INTERVAL_MS + retryAfterSeconds * 1000;
    this.keep({ resends: never ? RESENDS : this.sendings().resends, sentAt });
    this.show();
  }

  private show(): void {
    const { resends, sentAt } = this.sendings();
    const seconds = Math.ceil((sentAt + INTERVAL_MS - Date.now()) / 1000);
    const used = resends >= RESENDS;
    this.button.setAttribute('aria-disabled', String(used || seconds > 0));
    const note = used || seconds <= 0 ? words.resendsLeft(RESENDS - resends) : words.resendIn(seconds);
    if (this.note.textContent !== note) this.note.textContent = note;
  }

  private sendings(): Sendings {
    const kept = sessionStorage.getItem(this.key);
    return kept === null ? { resends: 0, sentAt: Date.now() } : (JSON.parse(kept) as Sendings);
  }

  private keep(sendings: Sendings): void {
    sessionStorage.setItem(this.key, JSON.stringify(sendings));
  }
}
