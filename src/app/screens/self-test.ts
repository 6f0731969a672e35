import { make } from '../../pages/browser/element.ts';
import type { Phone } from '../../phone/phone.ts';
import type { InstallationStanding } from '../platform.ts';
import { button, screen, type Display } from './display.ts';
import { codeOf, faultOf, isUnregistered } from './fault.ts';
import { words } from '../words/words.ts';

const messages = words.selfTest;
/** Milliseconds for which the app waits for a test push, from the answer of the service that has queued it. */
const PUSH_MS = 20_000;
/** Milliseconds by which the phone's clock may differ: its one-time codes are then accepted as they are. */
const CLOCK_MS = 30_000;

/** What a check found: `unknown` where it could not be made. */
interface Found {
  is: 'good' | 'bad' | 'unknown';
  text: string;
  /** What the person can do about it, once; the row then says that it is checked again. */
  action?: { name: string; act: () => void };
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
      /** Tells the service how pushes reach this phone, if it may not know. */
      connect: () => Promise<unknown>;
      /** Makes a new push subscription. Resolves with whether pushes may arrive now. */
      reconnect: () => Promise<boolean>;
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
    try {
      await this.ways.connect();
      let outcome = await this.askForPush(phone, signal);
      // A new subscription costs one that may be sound, so there is one only where the service knows the former one as dead.
      if (outcome === 'dead' && !signal.aborted && (await this.ways.reconnect())) {
        outcome = await this.askForPush(phone, signal);
      }
      if (outcome === 'arrived') return { is: 'good', text: messages.push.good };
      if (outcome === 'dead') return { is: 'bad', text: messages.push.off };
      const action = { name: words.home.protection.reconnect, act: () => void this.renew(phone, signal) };
      return { is: 'bad', text: messages.push.bad(PUSH_MS / 1000), action };
    } catch (error) {
      if (codeOf(error) === 'too_many_requests') return { is: 'unknown', text: messages.push.often };
      return unknown(error);
    }
  }

  /**
   * Makes a new subscription, because the person says so, and checks again. It may take long, so the person can leave
   * meanwhile, and stays where they are then.
   */
  private async renew(phone: Phone, signal: AbortSignal): Promise<void> {
    await this.ways.reconnect();
    if (!signal.aborted) this.show(phone);
  }

  /** Asks for a test push and waits for it. `dead`: the service has no token to which it can send one. */
  private async askForPush(phone: Phone, signal: AbortSignal): Promise<'arrived' | 'missing' | 'dead'> {
    let arrived: (() => void) | undefined;
    // The push may arrive before the answer.
    const arrival = new Promise<boolean>((resolve) => (arrived = () => resolve(true)));
    this.arrived = arrived;
    try {
      await phone.askTestPush();
      if (await Promise.race([arrival, patience(signal)])) return 'arrived';
      return (await phone.standing()).pushes ? 'missing' : 'dead';
    } catch (error) {
      if (codeOf(error) === 'nothing_to_change') return 'dead';
      throw error;
    } finally {
      if (this.arrived === arrived) this.arrived = undefined;
    }
  }
}

/** Resolves with false when a push has had its time, or the screen is left. */
function patience(signal: AbortSignal): Promise<false> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), PUSH_MS);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}

function unknown(error: unknown): Found {
  return { is: 'unknown', text: faultOf(error) };
}

function row(name: string, found: Promise<Found>): HTMLElement {
  const text = make('span', { role: 'status' });
  const element = make('li', {}, make('strong', {}, name), text);
  const say = (is: Found['is'] | 'checking', said: string) => {
    element.className = is;
    text.textContent = said;
  };
  say('checking', messages.checking);
  void found.then(({ is, text: said, action }) => {
    say(is, said);
    if (!action) return;
    const press = () => {
      pressed.remove();
      say('checking', messages.checking);
      action.act();
    };
    const pressed = button(action.name, press, 'small');
    element.append(pressed);
  });
  return element;
}
