import type { CodeClaims } from '../../phone/envelope.ts';
import { CodeRequest } from './code-request.ts';
import { button, factList, faultLine, screen } from './display.ts';
import type { RequestWords } from './request.ts';
import { timeOf } from './time.ts';
import { words } from '../words/words.ts';

const { caller } = words;

/**
 * The call centre asks whether the person called it, because an operator wants to do something. A stranger who rings
 * the call centre in the person's name may be ringing the person as well, so the app asks about the call first.
 */
export class CallerRequest extends CodeRequest {
  private readonly deed = caller.deeds[this.authentication.caller?.deed ?? 'cancel'];
  protected override readonly words: RequestWords = {
    ...caller,
    code: { title: caller.code.title, text: caller.code.text(this.deed) },
  };

  override show(fault = ''): void {
    const { requestedAt } = this.authentication;
    this.display.show((signal) =>
      screen(
        { title: caller.called, text: caller.asks(this.deed), kind: 'request caller', back: this.leave.home },
        factList([
          [words.requestedAt, timeOf(requestedAt)],
          [words.timeLeft, this.countdown(signal)],
        ]),
        this.hint(caller.beware),
        faultLine(fault),
        ...this.refusals(),
        button(caller.yes, () => this.goOn()),
      ),
    );
  }

  protected override showCode({ code }: CodeClaims, fault = ''): void {
    this.drawCode({ code, fault });
  }

  /** This code is read to the operator. */
  protected override copying(): HTMLElement[] {
    return [];
  }

  protected override refusals(): HTMLElement[] {
    return [button(caller.no, () => void this.refuseStrangers(), 'danger')];
  }
}
