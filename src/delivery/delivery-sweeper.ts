import { Injectable, Logger } from '@nestjs/common';
import type { RecurringTask } from '../queue/recurring-tasks.ts';
import { RareWarnings } from '../process/rare-warnings.ts';
import { Deliver } from './deliver.ts';
import { DeliveryStore } from './delivery.store.ts';

/** Deliveries settled together. */
const BATCH = 50;

/**
 * The safety net of delivery: sends postponed deliveries and those that a crash or an unavailable queue lost. Several
 * workers may sweep at once.
 */
@Injectable()
export class DeliverySweeper implements RecurringTask {
  readonly name = 'delivery sweep';
  /** The time resolution of postponed deliveries. */
  readonly everyMs = 500;
  private readonly warnings = new RareWarnings(new Logger(DeliverySweeper.name));
  private readonly delivering = new Set<Promise<void>>();

  constructor(
    private readonly store: DeliveryStore,
    private readonly deliver: Deliver,
  ) {}

  async run(): Promise<void> {
    this.sendDue(await this.store.due());
  }

  async drain(): Promise<void> {
    await Promise.all(this.delivering);
  }

  /** Does not wait for the deliveries: a platform that hangs must not stop the sweep from serving the others. */
  private sendDue(ids: readonly string[]): void {
    for (let at = 0; at < ids.length; at += BATCH) {
      const work = this.deliver
        .deliver(ids.slice(at, at + BATCH))
        .catch((error: unknown) => {
          this.warnings.warn('sweep', (error as Error).message);
        })
        .finally(() => this.delivering.delete(work));
      this.delivering.add(work);
    }
  }
}
