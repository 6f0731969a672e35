import { button, faultLine, screen } from './display.ts';
import { Request } from './request.ts';
import { words } from '../words/words.ts';

const { approval } = words;

/** A request that the person approves here: the digits of the page and the PIN finish it, and there is no code. */
export class ApproveRequest extends Request {
  // Nothing is ever shown as a code.
  protected readonly words = { ...words, ...approval, code: approval.pin };

  show(fault = ''): void {
    this.display.show((signal) =>
      screen(
        { title: approval.asks(this.authentication.relyingParty.name), kind: 'request', back: this.leave.home },
        this.facts(signal),
        faultLine(fault),
        button(approval.approve, () => this.askProof()),
        ...this.refusals(),
        this.more(),
      ),
    );
  }

  protected async open(pin: string): Promise<void> {
    this.display.say(words.pinChecking);
    try {
      await this.display.busy(() => this.phone.approve(this.authentication, pin, this.match ?? ''));
      this.end('verified');
    } catch (error) {
      this.refuse(error);
    }
  }

  protected showAgain(fault = ''): void {
    this.show(fault);
  }
}
