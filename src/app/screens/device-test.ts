import type { Phone } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { button, faultLine, screen, type Display } from './display.ts';
import { codeOf, faultOf, isUnregistered } from './fault.ts';
import { words } from '../words/words.ts';

/** Milliseconds that the app waits for the push with the test code before it fetches the same envelope itself. */
const PUSH_PATIENCE_MS = 1500;

/**
 * The last step of an enrolment: the service sends a code that only this device can read, and the app sends it back.
 */
export class DeviceTest {
  constructor(
    private readonly display: Display,
    readonly phone: Phone,
    /** `failed`: the service ended the test. */
    private readonly then: { passed: () => Promise<void>; failed: (said: HTMLElement) => Promise<void> },
    /** True if the app sends the code back by itself, where the demonstration prepares the phone. */
    private readonly finishesItself = false,
  ) {}

  begin(): void {
    const spinner = make('div', { class: 'spinner', 'aria-hidden': 'true' });
    this.display.show((signal) => {
      const timer = setTimeout(() => void this.fetch(), PUSH_PATIENCE_MS);
      signal.addEventListener('abort', () => clearTimeout(timer));
      return screen({ title: words.testWaiting, kind: 'waiting' }, spinner);
    });
  }

  /** The push with the test code arrived. */
  take(code: string, fault = ''): void {
    const digits = make('p', { class: 'code' }, `${code.slice(0, 3)} ${code.slice(3)}`);
    const end = button(words.testConfirm, () => void this.finish(code));
    this.display.show(() => screen({ ...words.test, kind: 'shown-code' }, digits, faultLine(fault), end));
    if (this.finishesItself && fault === '') void this.finish(code);
  }

  private async fetch(): Promise<void> {
    try {
      this.take((await this.phone.readTestEnvelope(await this.phone.testEnvelope())).code);
    } catch (error) {
      if (isOver(error)) await this.end(error);
      else this.askAgain(faultOf(error));
    }
  }

  private askAgain(fault: string): void {
    const again = button(words.testAgain, () => void this.fetch());
    this.display.show(() => screen({ title: words.testWaiting, kind: 'waiting' }, faultLine(fault), again));
  }

  private async finish(code: string): Promise<void> {
    if (this.display.isBusy) return;
    try {
      await this.display.busy(() => this.phone.confirmTest(code));
    } catch (error) {
      if (isOver(error)) await this.end(error);
      else this.take(code, faultOf(error));
      return;
    }
    await this.then.passed();
  }

  /** The test is over. It passed if only the service's answer was lost. */
  private async end(error: unknown): Promise<void> {
    if (codeOf(error) === 'device_test_closed') {
      const standing = await this.phone.standing().catch(() => undefined);
      if (standing?.state === 'active') {
        await this.then.passed();
        return;
      }
    }
    await this.then.failed(faultLine(words.testOver));
  }
}

/** Whether the service will never accept a code of this test. Anything else is a matter of the network, or of waiting. */
function isOver(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return isUnregistered(error) || ['authentication_expired', 'attempts_exhausted', 'device_test_closed'].includes(code);
}
