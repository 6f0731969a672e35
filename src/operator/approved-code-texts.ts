import { Injectable } from '@nestjs/common';
import { Problem } from '../domain/problem.ts';
import { problemOf } from '../http/problem.filter.ts';
import { CodeTexts, type LiveEnrolment } from '../lifecycle/code-texts.ts';
import { SubscriptionLifecycle } from '../lifecycle/lifecycle.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import { ApprovalStore } from './approval.store.ts';
import { approvalNotFound, type DeskOperator } from './approvals.ts';
import { Audit } from './audit.ts';

/** A code that the page goes on showing, and why it was not texted; without a refusal it was. */
export type TextedCode = LiveEnrolment & { refusal: { error: unknown; problem: Problem } | undefined };

/** Texts an enrolment code that two operators agreed on. */
@Injectable()
export class ApprovedCodeTexts {
  constructor(
    private readonly approvals: ApprovalStore,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly subscriptions: Subscriptions,
    private readonly texts: CodeTexts,
    private readonly audit: Audit,
  ) {}

  /** True if a code of this subscription may be texted. */
  async may(subscriptionId: string): Promise<boolean> {
    const view = await this.subscriptions.view(subscriptionId);
    return view.state !== 'cancelled' && (await this.texts.may(view));
  }

  /**
   * Texts the code that the operator took, as the page repeats it. A refusal or a fault comes with the code, because no
   * page shows it again: `nothing_to_change` while the SIM is in doubt, `too_many_requests`, and what the service fails
   * with. Problems: `approval_not_found` for another operator's request, or a code that is not valid any more.
   */
  async text(by: Omit<DeskOperator, 'reason'>, approvalId: string, typed: string): Promise<TextedCode> {
    const { operator, address } = by;
    const request = await this.approvals.byId(approvalId);
    const subscriptionId = request?.subscriptionId ?? null;
    if (request?.state !== 'taken' || request.askedBy !== operator || subscriptionId === null) throw approvalNotFound();
    const call = { operator, address, reason: request.reason, action: 'text-code', subscriptionId };
    let shown: LiveEnrolment | undefined;
    try {
      return await this.audit.of(call, () =>
        this.lifecycle.inTransaction(async (step) => {
          const locked = await this.lifecycle.lock(step, subscriptionId);
          const live = await this.texts.live(step, locked, typed);
          if (!live) throw approvalNotFound();
          shown = live;
          await this.texts.text(step, locked, live, {
            form: 'code',
            alsoWhileProtected: true,
            withheld: () =>
              new Problem('nothing_to_change', 'No code is texted while the SIM is in doubt. Read it aloud.'),
          });
          await this.audit.done(step.session, call);
          return { ...live, refusal: undefined };
        }),
      );
    } catch (error) {
      if (!shown) throw error;
      return { ...shown, refusal: { error, problem: problemOf(error) } };
    }
  }
}
