import { Injectable, Logger } from '@nestjs/common';
import { Environment } from '../config/environment.ts';
import { SmsPermissions } from './sms-permissions/sms-permissions.ts';
import { Registrations } from './authenticators/registrations/registrations.ts';
import { CarrierFeed } from './carrier/events/feed.ts';
import { Customers } from './customers/customers.ts';
import { Reports } from './customers/reports.ts';
import { Devices } from './devices/devices.ts';
import { History } from './history/history.ts';
import { FormLimits } from './http/form-limits.ts';
import { Notices } from './notices/notices.ts';
import { Approvals } from './operator/approvals.ts';
import { OperatorSessions } from './operator/operator-sessions.ts';
import { RelyingParties } from './relying-parties/relying-parties.ts';
import { Reissues } from './subscriptions/reissues.ts';

/** Milliseconds between two rounds. */
const INTERVAL_MS = 10_000;

/**
 * Removes what is past its use, a batch a round, which leaves the database to others in between. Every worker does;
 * what one has removed the next does not find.
 */
@Injectable()
export class Housekeeping {
  private readonly logger = new Logger(Housekeeping.name);
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly devices: Devices,
    private readonly relyingParties: RelyingParties,
    private readonly notices: Notices,
    private readonly history: History,
    private readonly carrier: CarrierFeed,
    private readonly customers: Customers,
    private readonly reports: Reports,
    private readonly limits: FormLimits,
    private readonly smsPermissions: SmsPermissions,
    private readonly registrations: Registrations,
    private readonly reissues: Reissues,
    private readonly approvals: Approvals,
    private readonly operatorSessions: OperatorSessions,
    private readonly environment: Environment,
  ) {}

  start(): void {
    this.timer = setTimeout(() => {
      this.running = this.round();
    }, INTERVAL_MS);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async round(): Promise<void> {
    const { HISTORY_DAYS } = this.environment;
    try {
      await this.devices.forgetOldProofs();
      await this.relyingParties.forgetExpiredAssertions();
      await this.notices.forgetOld();
      await this.history.forget(HISTORY_DAYS);
      await this.carrier.forget(HISTORY_DAYS);
      await this.reports.forgetOld(HISTORY_DAYS);
      await this.customers.forgetOldSessions();
      await this.limits.forgetOld();
      await this.smsPermissions.forget(HISTORY_DAYS);
      await this.registrations.tidy(HISTORY_DAYS);
      await this.reissues.tidy(HISTORY_DAYS);
      await this.approvals.expire();
      await this.operatorSessions.forgetEnded();
    } catch (error) {
      // The database is away; the next round tries again.
      this.logger.warn(`housekeeping: ${(error as Error).message}`);
    }
    if (!this.stopped) this.start();
  }
}
