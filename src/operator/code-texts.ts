import { Injectable } from '@nestjs/common';
import { normaliseEnrolmentCode } from '../crypto/random.ts';
import { Problem } from '../domain/problem.ts';
import { FormLimits } from '../http/form-limits.ts';
import { SubscriptionLifecycle } from '../lifecycle/lifecycle.ts';
import { Notices } from '../notices/notices.ts';
import { Subscriptions, type Enrolment } from '../subscriptions/subscriptions.ts';
import { ApprovalStore } from './approval.store.ts';
import { approvalNotFound, type DeskOperator } from './approvals.ts';
import { Audit } from './audit.ts';

/** Codes texted to one line in a day. */
const TEXTS_A_DAY = 3;
const A_DAY = 86_400;

/** A code that is valid, with its end. */
export type LiveEnrolment = Enrolment & { expiresAt: Date };

/** Texts an enrolment code that two operators agreed on to the number of its own line. */
@Injectable()
export class CodeTexts {
  constructor(
    private readonly approvals: ApprovalStore,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly subscriptions: Subscriptions,
    private readonly notices: Notices,
    private readonly limits: FormLimits,
    private readonly audit: Audit,
  ) {}

  /** True if a code may be texted: not while the SIM is in doubt, nor while the subscription is suspended. */
  async may(subscriptionId: string): Promise<boolean> {
    const view = await this.subscriptions.view(subscriptionId);
    if (view.state === 'cancelled' || view.suspensions.length > 0) return false;
    return (await this.subscriptions.holdUnder(view)) === null;
  }

  /**
   * Texts the code that the operator took, as the page repeats it. Problems: `approval_not_found` for another operator's
   * request, or a code that is not valid any more; `nothing_to_change` while the SIM is in doubt; `too_many_requests`.
   */
  async text(by: Omit<DeskOperator, 'reason'>, approvalId: string, typed: string): Promise<LiveEnrolment> {
    const { operator, address } = by;
    const request = await this.approvals.byId(approvalId);
    const subscriptionId = request?.subscriptionId ?? null;
    if (request?.state !== 'taken' || request.askedBy !== operator || subscriptionId === null) throw approvalNotFound();
    const call = { operator, address, reason: request.reason, action: 'text-code', subscriptionId };
    return this.audit.of(call, () =>
      this.lifecycle.inTransaction(async (step) => {
        const { session } = step;
        const locked = await this.lifecycle.lock(step, subscriptionId);
        const live = await this.subscriptions.liveEnrolment(session, subscriptionId, normaliseEnrolmentCode(typed));
        if (!live) throw approvalNotFound();
        const { suspensions, isHeld } = await this.subscriptions.circumstancesOf(session, locked);
        const { phoneNumber } = await this.notices.addressOf(session, subscriptionId);
        if (isHeld || suspensions.length > 0 || phoneNumber === '') {
          throw new Problem('nothing_to_change', 'No code is texted while the SIM is in doubt. Read it aloud.');
        }
        await this.limits.spendIn(session, {
          name: 'texted enrolment codes',
          of: subscriptionId,
          times: TEXTS_A_DAY,
          seconds: A_DAY,
        });
        const seconds = Math.max(1, Math.ceil((live.expiresAt.getTime() - Date.now()) / 1000));
        const to = { phoneNumber, enrolmentCode: live.enrolmentCode };
        const notice = { kind: 'enrolment_code' } as const;
        step.queued.push(await this.notices.enqueue(session, subscriptionId, notice, to, seconds));
        await this.audit.done(session, call);
        return live;
      }),
    );
  }
}
