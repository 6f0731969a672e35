import { make } from '../../pages/browser/element.ts';
import type { Phone } from '../../phone/phone.ts';
import type { InstallationStanding } from '../platform.ts';
import { button, screen, type Display } from './display.ts';
import { codeOf, faultOf, isUnregistered } from './fault.ts';
import { words } from '../words/words.ts';

const messages = words.selfTest;
/** Milliseconds for which a test push is waited for. */
const PUSH_MS = 20_000;
/** Milliseconds by which the phone's clock may differ: its one-time codes are then accepted as they are. */
const CLOCK_MS = 30_000;

/** What a check found: `unknown` where it could not be made. */
interface Found {
  is: 'good' | 'bad' | 'unknown';
  text: string;
}

/** Checks what a verification needs: the key, the clock, one-time codes where the person has them, and pushes. */
export class SelfTest {
  private arrived: (() => void) | undefined;

  constructor(
    private readonly display: Display,
    private readonly ways: {
      back: () => void;
      unregistered: () => void;
      /** How the installation stands. */
      standing: () => Promise<InstallationStanding>;
      /** Tells the service again how pushes reach this phone. */
      reconnect: () => Promise<unknown>;
    },
  ) {}

  /** A test push arrived. Returns false if none is waited for. */
  take(): boolean {
    if (!this.arrived) return false;
    this.arrived();
    return true;
  }

  show(phone: Phone): void {
    const { back } = this.ways;
    this.display.show((signal) => {
      const checks: [string, Promise<Found>][] = [
        ...this.ofService(phone),
        ...(phone.can('otp') ? [[messages.otp.name, this.otp(phone)] as [string, Promise<Found>]] : []),
        [messages.push.name, this.push(phone, signal)],
      ];
      const again = button(messages.again, () => this.show(phone), 'secondary');
      again.hidden = true;
      void Promise.all(checks.map(([, found]) => found)).then(() => (again.hidden = false));
      const rows = checks.map(([name, found]) => row(name, found));
      return screen(
        { title: messages.title, text: messages.text, kind: 'self-test', back },
        make('ul', { class: 'checks' }, ...rows),
        again,
      );
    });
  }

  /** One question answers both: the service accepts the proof by the key, and tells its time. */
  private ofService(phone: Phone): [string, Promise<Found>][] {
    const asked = phone.clockDifference();
    const key = asked.then(
      (): Found => ({ is: 'good', text: messages.key.good }),
      (error: unknown): Found => {
        if (isUnregistered(error)) this.ways.unregistered();
        return unknown(error);
      },
    );
    const clock = asked.then((difference): Found => {
      if (Math.abs(difference) <= CLOCK_MS) return { is: 'good', text: messages.clock.good };
      return { is: 'bad', text: messages.clock.bad(Math.round(Math.abs(difference) / 1000)) };
    }, unknown);
    return [
      [messages.key.name, key],
      [messages.clock.name, clock],
    ];
  }

  private async otp(phone: Phone): Promise<Found> {
    try {
      const known = (await phone.authenticators()).find(({ kind }) => kind === 'otp');
      if (!known) return { is: 'bad', text: messages.otp.gone };
      return known.locked ? { is: 'bad', text: words.otp.locked } : { is: 'good', text: messages.otp.good };
    } catch (error) {
      return unknown(error);
    }
  }

  private async push(phone: Phone, signal: AbortSignal): Promise<Found> {
    const { pushesOff } = await this.ways.standing();
    if (pushesOff) return { is: 'bad', text: pushesOff.text || messages.push.off };
    const arrival = this.arrival(signal);
    try {
      await this.ways.reconnect();
      await phone.askTestPush();
    } catch (error) {
      this.arrived = undefined;
      if (codeOf(error) === 'too_many_requests') return { is: 'unknown', text: messages.push.often };
      return codeOf(error) === 'nothing_to_change' ? { is: 'bad', text: messages.push.off } : unknown(error);
    }
    return (await arrival)
      ? { is: 'good', text: messages.push.good }
      : { is: 'bad', text: messages.push.bad(PUSH_MS / 1000) };
  }

  /** Resolves with whether a test push arrives in time. */
  private arrival(signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (hasArrived: boolean) => {
        clearTimeout(timer);
        this.arrived = undefined;
        resolve(hasArrived);
      };
      const timer = setTimeout(() => end(false), PUSH_MS);
      this.arrived = () => end(true);
      signal.addEventListener('abort', () => end(false));
    });
  }
}

function unknown(error: unknown): Found {
  return { is: 'unknown', text: faultOf(error) };
}

function row(name: string, found: Promise<Found>): HTMLElement {
  const text = make('span', { role: 'status' }, messages.checking);
  const element = make('li', { class: 'checking' }, make('strong', {}, name), text);
  void found.then((result) => {
    element.className = result.is;
    text.textContent = result.text;
  });
  return element;
}
