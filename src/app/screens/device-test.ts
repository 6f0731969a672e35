import type { Phone } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { button, faultLine, screen, type Display } from './display.ts';
import { faultOf, isUnregistered } from './fault.ts';
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
      // The ten minutes of the test are over, or it was ended elsewhere.
      await this.then.failed(faultLine(faultOf(error)));
    }
  }

  private async finish(code: string): Promise<void> {
    if (this.display.isBusy) return;
    try {
      await this.display.busy(() => this.phone.confirmTest(code));
    } catch (error) {
      // A phone that the service no longer knows cannot finish its test.
      if (isUnregistered(error)) await this.then.failed(faultLine(faultOf(error)));
      else this.take(code, faultOf(error));
      return;
    }
    await this.then.passed();
  }
}
