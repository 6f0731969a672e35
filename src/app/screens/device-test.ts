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
    private readonly then: {
      passed: () => Promise<void>;
      /** The service ended the test. */
      failed: (said: HTMLElement) => Promise<void>;
      /** Where the person can go meanwhile; the test resumes later. */
      back?: () => void;
      /** What the person needs to know of the registration before this one; undefined where nothing is known. */
      note?: Promise<string | undefined>;
    },
    /** True if the app sends the code back by itself, where the demonstration prepares the phone. */
    private readonly finishesItself = false,
  ) {}

  begin(): void {
    const spinner = make('div', { class: 'spinner', 'aria-hidden': 'true' });
    this.display.show((signal) => {
      const timer = setTimeout(() => void this.fetch(signal), PUSH_PATIENCE_MS);
      signal.addEventListener('abort', () => clearTimeout(timer));
      return this.screen({ title: words.testWaiting, kind: 'waiting' }, spinner);
    });
  }

  /** The push with the test code arrived. */
  take(code: string, fault = ''): void {
    const digits = make('p', { class: 'code' }, `${code.slice(0, 3)} ${code.slice(3)}`);
    const end = button(words.testConfirm, () => void this.finish(code));
    this.display.show(() => this.screen({ ...words.test, kind: 'shown-code' }, digits, faultLine(fault), end));
    if (this.finishesItself && fault === '') void this.finish(code);
  }

  /** `signal` is aborted when another screen has taken the place of the one that waits: a late answer changes nothing. */
  private async fetch(signal: AbortSignal): Promise<void> {
    try {
      const { code } = await this.phone.readTestEnvelope(await this.phone.testEnvelope());
      if (!signal.aborted) this.take(code);
    } catch (error) {
      if (signal.aborted) return;
      if (isOver(error)) await this.end(error);
      else this.askAgain(faultOf(error));
    }
  }

  private askAgain(fault: string): void {
    const again = button(words.testAgain, () => this.begin());
    this.display.show(() => this.screen({ title: words.testWaiting, kind: 'waiting' }, faultLine(fault), again));
  }

  private screen(of: Parameters<typeof screen>[0], ...content: HTMLElement[]): HTMLElement {
    const { back } = this.then;
    const note = make('p', { class: 'hint', hidden: true });
    void this.then.note?.then((text) => {
      note.textContent = text ?? '';
      note.hidden = text === undefined;
    });
    return screen({ ...of, ...(back && { back }) }, ...content, note);
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

  /**
   * The test is over. It passed if only the service's answer was lost. While the service cannot be asked, the keys stay:
   * they may be the only ones that it still knows.
   */
  private async end(over: unknown): Promise<void> {
    if (codeOf(over) === 'device_test_closed') {
      try {
        const { state } = await this.display.busy(() => this.phone.standing());
        if (state === 'active') {
          await this.then.passed();
          return;
        }
      } catch (error) {
        if (!isUnregistered(error)) {
          this.askAgain(faultOf(error));
          return;
        }
      }
    }
    await this.then.failed(faultLine(words.testOver));
  }
}

/**
 * The time until which a test can be finished, in RFC 3339; `over` if the service has ended it, undefined if that is not
 * known.
 */
export async function endOfTest(phone: Phone): Promise<string | undefined> {
  try {
    return (await phone.readTestEnvelope(await phone.testEnvelope())).expiresAt;
  } catch (error) {
    // A closed test may have passed, which the test finds out when it is resumed.
    return isOver(error) && codeOf(error) !== 'device_test_closed' ? 'over' : undefined;
  }
}

/** Whether the service will never accept a code of this test. Anything else is a matter of the network, or of waiting. */
function isOver(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  return isUnregistered(error) || ['authentication_expired', 'attempts_exhausted', 'device_test_closed'].includes(code);
}
