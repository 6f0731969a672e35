import { Injectable, Logger } from '@nestjs/common';
import { Charges } from './charges.ts';

/** Milliseconds between two looks at the calendar. */
const INTERVAL_MS = 10 * 60_000;
/** Milliseconds until the first one: a process that starts has other things to do. */
const FIRST_MS = 5_000;

/** Closes each month when it is over. Every worker looks; the database lets one of them do it. */
@Injectable()
export class CloseMonths {
  private readonly logger = new Logger(CloseMonths.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly charges: Charges) {}

  start(): void {
    this.next(FIRST_MS);
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    await this.running;
    clearTimeout(this.timer);
  }

  private next(ms: number): void {
    this.timer = setTimeout(() => {
      this.running = this.look();
    }, ms);
  }

  private async look(): Promise<void> {
    try {
      for (const month of await this.charges.closeWhatIsOver()) this.logger.log(`${month} is closed`);
    } catch (error) {
      // Nothing of it was written; the next look tries again.
      this.logger.warn(`closing: ${(error as Error).message}`);
    }
    this.next(INTERVAL_MS);
  }
}
