import { byId } from '../../pages/browser/element.ts';
import { words } from './words/words.ts';

/** The limits of the service (contract), which it enforces independently of this page. */
const RESENDS = 3;
const INTERVAL_MS = 30_000;

interface Sendings {
  resends: number;
  /** The time of the last sending, by the browser's clock. */
  sentAt: number;
}

/** The resend button. Its count survives a reload of the page. */
export class Resend {
  private readonly button = byId('resend', HTMLButtonElement);
  private readonly note = byId('resend-note', HTMLElement);
  private readonly key: string;

  constructor(windowId: string, onPressed: () => void) {
    this.key = `pushguard.window.${windowId}`;
    this.button.addEventListener('click', () => {
      // Not `disabled`, which would take the focus away from the person who pressed it.
      if (this.button.getAttribute('aria-disabled') !== 'true') onPressed();
    });
    setInterval(() => this.show(), 500);
  }

  /** Records the first sending, which the start made. */
  begin(): void {
    if (sessionStorage.getItem(this.key) === null) this.keep({ resends: 0, sentAt: Date.now() });
    this.show();
  }

  /** Records another sending, which the service accepted. */
  sentAgain(): void {
    this.keep({ resends: this.sendings().resends + 1, sentAt: Date.now() });
    this.show();
  }

  /** Handles a refusal: no sending before `retryAfterSeconds`, and perhaps none at all. */
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
