import { Injectable } from '@nestjs/common';
import { Alerts, type AlertHandler } from '../alerts/alerts.ts';
import { SubscriptionLifecycle } from '../lifecycle/lifecycle.ts';
import { ApprovalStore } from './approval.store.ts';

/**
 * The phone answers that a cancellation was asked for at the call centre: the person's objection withdraws the request.
 */
@Injectable()
export class CancellationAlert {
  constructor(
    private readonly alerts: Alerts,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly approvals: ApprovalStore,
  ) {
    alerts.answeredBy(['cancellation'], this.answers);
  }

  private readonly answers: AlertHandler = {
    confirm: (alert) => this.lifecycle.inTransaction(({ session }) => this.alerts.close(session, alert, 'confirmed')),
    object: (alert) =>
      this.lifecycle.inTransaction(async (step) => {
        await this.lifecycle.lock(step, alert.subscriptionId);
        await this.alerts.close(step.session, alert, 'objected');
        if (alert.about !== null) await this.approvals.withdrawForCustomer(step.session, alert.about);
      }),
  };
}
