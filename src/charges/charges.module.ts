import { Logger, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Charge } from './charge.entity.ts';
import { ClosedMonth } from './closed-month.entity.ts';
import { RecurringTasks } from '../queue/recurring-tasks.ts';
import { ChargeStore } from './charge.store.ts';
import { Charges } from './charges.ts';

/** Milliseconds between two checks for months to close. */
const CLOSE_MONTHS_MS = 10 * 60_000;

/** Charges for subscriptions; closes finished months once per cluster. */
@Module({
  imports: [TypeOrmModule.forFeature([Charge, ClosedMonth])],
  providers: [Charges, ChargeStore],
  exports: [Charges],
})
export class ChargesModule {
  private readonly logger = new Logger(ChargesModule.name);

  constructor(tasks: RecurringTasks, charges: Charges) {
    const run = async (): Promise<void> => {
      for (const month of await charges.closeFinishedMonths()) this.logger.log(`month ${month} is closed`);
    };
    tasks.oncePerCluster({ name: 'close months', everyMs: CLOSE_MONTHS_MS, run });
  }
}
