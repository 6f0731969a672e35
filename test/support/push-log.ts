import type { ReceivedPush } from '../../src/embedded/received-push.ts';
import type { TestService } from './service.ts';

export interface Arrival {
  at: number;
  push: ReceivedPush;
}

/** Records every push that either platform receives; the platforms themselves store only the last thousand. */
export class PushLog {
  private readonly arrivals = new Map<string, Arrival[]>();
  private readonly awaited = new Map<string, (arrival: Arrival) => void>();

  constructor({ fcm, apns }: Pick<TestService, 'fcm' | 'apns'>) {
    for (const platform of [fcm, apns]) platform.onReceived((push) => this.note(push));
  }

  /** The pushes of a kind for an authentication, oldest first. */
  of(id: string, kind: string): readonly Arrival[] {
    return this.arrivals.get(`${id} ${kind}`) ?? [];
  }

  /** Resolves with the first push of a kind for an authentication, or with undefined after `seconds`. */
  first(id: string, kind: string, seconds: number): Promise<Arrival | undefined> {
    const [known] = this.of(id, kind);
    if (known) return Promise.resolve(known);
    return new Promise((resolve) => {
      const key = `${id} ${kind}`;
      const end = (arrival?: Arrival) => {
        clearTimeout(timer);
        this.awaited.delete(key);
        resolve(arrival);
      };
      const timer = setTimeout(end, seconds * 1000);
      this.awaited.set(key, end);
    });
  }

  private note(push: ReceivedPush): void {
    const key = `${push.data['id']} ${push.data['t']}`;
    const arrival = { at: Date.now(), push };
    this.arrivals.set(key, [...(this.arrivals.get(key) ?? []), arrival]);
    this.awaited.get(key)?.(arrival);
  }
}
