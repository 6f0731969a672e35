import { Injectable, Logger } from '@nestjs/common';
import { StartBudgets } from '../lines/start-budgets.ts';
import { AuthenticationStore } from '../authentication/authentication.store.ts';
import { Deliver } from './deliver.ts';
import { DeliveryStore } from './delivery.store.ts';
import { WindowStore } from '../windows/window.store.ts';

/** Milliseconds between two sweeps: how finely a postponed delivery's time is kept. */
const SWEEP_MS = 500;
/** Every so many sweeps, what is past its use is removed as well. */
const TIDY_EVERY = 20;
/** Deliveries settled together. */
const BATCH = 50;

/**
 * Repairs what a crash or an absent queue lost, and keeps the time: deliveries that are due are handed over from here,
 * whether or not there is a queue, and what ran out of time is closed. Several workers may sweep at once.
 */
@Injectable()
export class Sweep {
  private readonly logger = new Logger(Sweep.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private readonly delivering = new Set<Promise<void>>();
  private rounds = 0;
  private stopped = false;

  constructor(
    private readonly deliveries: DeliveryStore,
    private readonly authentications: AuthenticationStore,
    private readonly windows: WindowStore,
    private readonly deliver: Deliver,
    private readonly budgets: StartBudgets,
  ) {}

  start(): void {
    this.timer = setTimeout(() => {
      this.running = this.round();
    }, SWEEP_MS);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
    await Promise.all(this.delivering);
  }

  /** Not waited for: a platform that hangs must not keep the sweep from the others. */
  private deliverDue(ids: readonly string[]): void {
    for (let at = 0; at < ids.length; at += BATCH) {
      const work = this.deliver
        .deliver(ids.slice(at, at + BATCH))
        .catch((error: unknown) => {
          this.logger.warn(`sweep: ${(error as Error).message}`);
        })
        .finally(() => this.delivering.delete(work));
      this.delivering.add(work);
    }
  }

  private async round(): Promise<void> {
    try {
      this.deliverDue(await this.deliveries.due());
      await this.authentications.expire();
      this.rounds += 1;
      if (this.rounds % TIDY_EVERY === 0) await this.tidy();
    } catch (error) {
      // The database is away; the next round tries again.
      this.logger.warn(`sweep: ${(error as Error).message}`);
    }
    if (!this.stopped) this.start();
  }

  private async tidy(): Promise<void> {
    await this.deliveries.dropExpired();
    await this.authentications.forgetIdempotencyKeys();
    await this.budgets.forgetOld();
    await this.windows.forget();
  }
}
