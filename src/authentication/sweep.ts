import { Injectable, Logger } from '@nestjs/common';
import { Devices } from '../devices/devices.ts';
import { HandoverQueue } from '../queue/handover-queue.ts';
import { RelyingParties } from '../relying-parties/relying-parties.ts';
import { AuthenticationStore } from './authentication.store.ts';
import { DeliveryStore } from './delivery.store.ts';

/** Milliseconds between two sweeps: how finely a postponed delivery's time is kept. */
const SWEEP_MS = 500;
/** Every so many sweeps, what is past its use is removed as well. */
const TIDY_EVERY = 20;

/**
 * Repairs what a crash or an absent queue lost, and keeps the time: deliveries that are due go to the queue again,
 * what ran out of time is closed. Several workers may sweep at once; rows that one has locked the other passes over.
 */
@Injectable()
export class Sweep {
  private readonly logger = new Logger(Sweep.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private rounds = 0;
  private stopped = false;

  constructor(
    private readonly deliveries: DeliveryStore,
    private readonly authentications: AuthenticationStore,
    private readonly devices: Devices,
    private readonly relyingParties: RelyingParties,
    private readonly queue: HandoverQueue,
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
  }

  private async round(): Promise<void> {
    try {
      for (const id of await this.deliveries.takeDue()) this.queue.handOver(id);
      await this.authentications.expire();
      if (this.rounds % TIDY_EVERY === 0) await this.tidy();
      this.rounds += 1;
    } catch (error) {
      // The database is away; the next round tries again.
      this.logger.warn(`sweep: ${(error as Error).message}`);
    }
    if (!this.stopped) this.start();
  }

  private async tidy(): Promise<void> {
    await this.deliveries.dropExpired();
    await this.devices.forgetOldProofs();
    await this.relyingParties.forgetExpiredAssertions();
    await this.authentications.forgetIdempotencyKeys();
  }
}
