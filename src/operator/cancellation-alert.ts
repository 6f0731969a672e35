import { Injectable } from '@nestjs/common';
import { Alerts, type AlertHandler } from '../alerts/alerts.ts';
import { SubscriptionLifecycle } from '../lifecycle/lifecycle.ts';
import { ApprovalStore } from './approval.store.ts';
import { DeedRequestStore } from './deed-request.store.ts';

/**
 * The phone answers that a cancellation was asked for at the call centre: the person's objection withdraws the request,
 * of an operator at the desk or of a client.
 */
@Injectable()
export class CancellationAlert {
  constructor(
    private readonly alerts: Alerts,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly approvals: ApprovalStore,
    private readonly requests: DeedRequestStore,
  ) {
    alerts.answeredBy(['cancellation'], this.answers);
  }

  private readonly answers: AlertHandler = {
    confirm: (alert) => this.lifecycle.inTransaction(({ session }) => this.alerts.close(session, alert, 'confirmed')),
    object: (alert) =>
      this.lifecycle.inTransaction(async (step) => {
        await this.lifecycle.lock(step, alert.subscriptionId);
        await this.alerts.close(step.session, alert, 'objected');
        // The alert stands for every request: of operators at the desk, and of programs.
        await this.approvals.withdrawCancellation(step.session, alert.subscriptionId);
        await this.requests.withdrawCancellation(step.session, alert.subscriptionId);
      }),
  };
}
