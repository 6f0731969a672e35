import { Injectable } from '@nestjs/common';
import type { Session } from '../database/database.ts';
import type { LineFacts } from '../domain/line.ts';
import { Problem } from '../domain/problem.ts';
import { SubscriptionLifecycle } from '../lifecycle/lifecycle.ts';
import { Lines } from '../lines/lines.ts';
import { notEligible, Subscriptions, type Enrolment } from '../subscriptions/subscriptions.ts';
import type { ApprovalRow } from './approval.store.ts';

/** Lines that nothing but a SIM change or a report of loss keeps from joining, which two operators may override. */
@Injectable()
export class HeldLines {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly lines: Lines,
  ) {}

  /**
   * Returns the line of a number that nothing but a hold keeps from joining. Problems: `invalid_request`,
   * `not_eligible` with the other rules that the line does not meet, `nothing_to_change` when nothing holds it,
   * `service_unavailable`.
   */
  async find(phoneNumber: string): Promise<LineFacts> {
    const { line, faults } = await this.subscriptions.eligibility(phoneNumber);
    if (!line || faults.some((one) => one !== 'recent_sim_change')) throw notEligible(faults);
    if (faults.length > 0) return line;
    throw new Problem('nothing_to_change', 'Nothing holds the line. The customer can subscribe on the website.', {
      deskSentence: 'line_not_held',
    });
  }

  /**
   * Subscribes the line of an approved request, for the owner whom an operator identified and for no other one. `close`
   * closes the request in the same transaction. Problems: `subscription_not_found`, `not_eligible`,
   * `service_unavailable`.
   */
  async subscribe(
    { lineId, askedBy, decidedBy }: Pick<ApprovalRow, 'lineId' | 'askedBy' | 'decidedBy'>,
    close: (session: Session, subscriptionId: string) => Promise<void>,
  ): Promise<Enrolment> {
    const line = await this.lines.byId(lineId);
    if (!line?.phoneNumber)
      throw new Problem('subscription_not_found', 'The line has no number now. Look it up again.');
    const joining = {
      actor: 'operator',
      actorId: `${askedBy} + ${decidedBy}`,
      verified: { lineId, owner: line.owner },
      despiteHold: true,
    } as const;
    return this.lifecycle.subscribe(line.phoneNumber, joining, close);
  }
}
