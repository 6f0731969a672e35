import type { CodeClaims } from '../../phone/envelope.ts';
import { make } from '../../pages/browser/element.ts';
import { button, faultLine, screen } from './display.ts';
import { Request, type RequestWords } from './request.ts';
import { words } from '../words/words.ts';

/** Milliseconds that the app waits for the push with the code before it fetches the same envelope itself. */
const PUSH_PATIENCE_MS = 1500;

/** A verification request: the service makes a code, and the phone shows it. */
export class CodeRequest extends Request {
  // On the phone that has both, no page can bring the person back to another one, whose address the app does not know.
  protected readonly words: RequestWords = {
    ...words,
    code: { title: words.code.title, text: words.code.text(this.authentication.relyingParty.name) },
  };
  private code: CodeClaims | undefined;

  show(fault = ''): void {
    const { relyingParty, state } = this.authentication;
    const proceed = button(state === 'opened' ? words.showCode : words.enterPin, () => this.goOn());
    this.display.show((signal) =>
      screen(
        { title: words.asks(relyingParty.name), kind: 'request', back: this.leave.home },
        this.facts(signal),
        faultLine(fault),
        proceed,
        ...this.refusals(),
        this.more(),
      ),
    );
  }

  /** Asks for the PIN, unless the code exists already. */
  protected goOn(): void {
    if (this.authentication.state === 'opened') void this.fetchCode();
    else this.askProof();
  }

  /** The push with the code arrived; the request may have been opened in another tab of this phone. */
  take(code: CodeClaims): void {
    if (this.over || this.code) return;
    this.code = code;
    this.showCode(code);
  }

  protected async open(pin: string): Promise<void> {
    this.display.say(words.pinChecking);
    try {
      await this.display.busy(() => this.phone.open(this.authentication, pin, undefined, this.match));
    } catch (error) {
      this.refuse(error);
      return;
    }
    setTimeout(() => void this.fetchCode(), PUSH_PATIENCE_MS);
    if (!this.code) this.showWaiting();
  }

  private showWaiting(): void {
    this.display.show(() =>
      screen({ title: words.pinChecking, kind: 'waiting' }, make('div', { class: 'spinner', 'aria-hidden': 'true' })),
    );
  }

  /** Fetches the same envelope that the push carries. */
  private async fetchCode(): Promise<void> {
    if (this.over || this.code) return;
    const { id } = this.authentication;
    try {
      this.take(await this.phone.readCode(await this.phone.envelope(id), id));
    } catch (error) {
      this.refuse(error);
    }
  }

  protected showCode({ code, relyingParty, purpose }: CodeClaims, fault = ''): void {
    this.drawCode({ code, askedFor: `${relyingParty} · ${purpose}`, fault });
  }

  protected showAgain(fault = ''): void {
    if (this.code) this.showCode(this.code, fault);
    else this.show(fault);
  }
}
