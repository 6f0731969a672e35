import { Injectable } from '@nestjs/common';
import { AuthenticationStatus } from '../authentication/status.ts';
import { Start, type StartedAuthentication } from '../authentication/start.ts';
import { Verify } from '../authentication/verify.ts';
import { randomId } from '../crypto/random.ts';
import { Database, type Session } from '../database/database.ts';
import {
  CALLER_PURPOSES,
  OPEN_CHECK_STATES,
  OPERATOR_CHECKS,
  type CallerCheckState,
  type CheckedDeed,
} from '../domain/caller-check.ts';
import { DEED_NAMES } from '../domain/deed.ts';
import { Problem } from '../domain/problem.ts';
import { FormLimits } from '../http/form-limits.ts';
import { SubscriptionLifecycle } from '../lifecycle/lifecycle.ts';
import { Lines } from '../lines/lines.ts';
import { CALL_CENTRE } from '../relying-parties/relying-parties.ts';
import type { DeskOperator } from './approvals.ts';
import { Audit, type AuditedCall } from './audit.ts';
import { CallerCheckStore, type Askable, type Denial, type ShownCheck } from './caller-check.store.ts';
import { CallerChecks } from './caller-checks.ts';
import { MaskedNumbers } from './masked-numbers.ts';

/** A check as the page of its operator shows it. */
export type CallerCheckView = Omit<ShownCheck, 'authenticationId' | 'reason'> & {
  /** Codes that may still be typed; null once the check has ended. */
  attemptsLeft: number | null;
};

/** An answer that the person did not call, with the masked number; null when the subscription has ended. */
export type CallerDenial = Omit<Denial, 'lineId' | 'subscriptionState'> & { phoneNumber: string | null };

const [TEN_MINUTES, A_DAY] = [600, 86_400];
/** The maximum number of checks that one run writes to the audit. */
const RECORD_BATCH = 100;

/**
 * Verifies callers by push. An operator asks for one deed; the phone asks its person whether they called, and shows a
 * code after the PIN; the person reads it aloud, and the operator types it. It is an authentication like any other, in
 * which the call centre is the one who asks, so it has the same code, attempts, 180 seconds, history and refusal. The
 * verification then serves that operator for that deed on that subscription, once, within 180 seconds.
 *
 * Only an operator at the desk asks: a program knows no caller. A subscription that is suspended, a phone that is not
 * enrolled and a PIN that is locked cannot be asked.
 */
@Injectable()
export class PushCallerChecks extends CallerChecks {
  constructor(
    private readonly store: CallerCheckStore,
    private readonly database: Database,
    private readonly lifecycle: SubscriptionLifecycle,
    private readonly lines: Lines,
    private readonly starts: Start,
    private readonly verifying: Verify,
    private readonly statuses: AuthenticationStatus,
    private readonly limits: FormLimits,
    private readonly numbers: MaskedNumbers,
    private readonly audit: Audit,
  ) {
    super();
  }

  /**
   * Asks the phone whether its person called. One person is asked at most 3 times in ten minutes and 10 times a day;
   * one operator asks at most 20 times in ten minutes and 200 times a day. Problems: `subscription_not_found`,
   * `caller_not_checkable`, `nothing_to_change` while the phone is being asked already, `too_many_requests`,
   * `caller_denied` for 60 minutes after the person answered that they did not call.
   */
  async ask(by: DeskOperator, subscriptionId: string, deed: CheckedDeed): Promise<void> {
    const { operatorId, ...operator } = by;
    const call = { ...operator, action: `ask-caller-${DEED_NAMES[deed]}`, subscriptionId };
    await this.audit.of(call, async () => {
      await this.limits.spend(
        { name: 'caller-checks', of: operatorId, times: OPERATOR_CHECKS.perTenMinutes, seconds: TEN_MINUTES },
        { name: 'caller-checks-a-day', of: operatorId, times: OPERATOR_CHECKS.perDay, seconds: A_DAY },
      );
      const id = randomId();
      const check = { id, subscriptionId, operatorId, deed, reason: by.reason };
      const lineId = await this.lifecycle.inTransaction(async (step) => {
        const locked = await this.lifecycle.lock(step, subscriptionId);
        assertAskable(await this.store.reserve(step.session, check));
        return locked.lineId;
      });
      try {
        await this.begin({ id, lineId, deed, call });
      } catch (error) {
        await this.store.release(id);
        throw error;
      }
    });
  }

  /** Returns the operator’s latest check of this subscription; undefined without one. */
  async view(operatorId: string, subscriptionId: string): Promise<CallerCheckView | undefined> {
    const check = await this.store.latest(subscriptionId, operatorId);
    if (!check) return undefined;
    const { id, deed, state, until } = check;
    const isTried = isOpen(state) && check.authenticationId !== null;
    const seen = isTried ? await this.statuses.see(check.authenticationId ?? '', CALL_CENTRE.id, 0) : null;
    return { id, deed, state, until, attemptsLeft: seen?.attemptsLeft ?? null };
  }

  /**
   * Returns the state of the operator’s latest check as soon as it differs from `known`, or after `waitSeconds`;
   * undefined without a check.
   */
  async state(
    operatorId: string,
    subscriptionId: string,
    { known, waitSeconds }: { known: string | undefined; waitSeconds: number },
  ): Promise<CallerCheckState | undefined> {
    const check = await this.store.latest(subscriptionId, operatorId);
    if (!check || check.state !== known || !isOpen(check.state) || check.authenticationId === null) return check?.state;
    await this.statuses.see(check.authenticationId, CALL_CENTRE.id, waitSeconds);
    return (await this.store.latest(subscriptionId, operatorId))?.state;
  }

  /**
   * Verifies the code that the person read aloud. Every code counts. Problems: `nothing_to_change` when this operator
   * has no open check, and those of `Verify.verify`.
   */
  async verify(by: Omit<DeskOperator, 'reason'>, subscriptionId: string, code: string): Promise<void> {
    const check = await this.openCheck(by.operatorId, subscriptionId);
    await this.audit.of(this.about(by, subscriptionId, check, 'verify'), async () => {
      await this.verifying.verify(check.authenticationId, { code }, CALL_CENTRE);
      await this.audit.recordRead(this.about(by, subscriptionId, check, 'verify'), undefined);
    });
  }

  /** Takes the question back from the phone. Problems: `nothing_to_change` when this operator has no open check. */
  async withdraw(by: Omit<DeskOperator, 'reason'>, subscriptionId: string): Promise<void> {
    const check = await this.openCheck(by.operatorId, subscriptionId);
    await this.statuses.cancel(check.authenticationId, CALL_CENTRE.id);
  }

  override spend(
    session: Session,
    check: { subscriptionId: string; operatorId: string; deed: CheckedDeed },
  ): Promise<boolean> {
    return this.store.spend(session, check);
  }

  /** Lists the answers of the last day that the person did not call, newest first. */
  async denials(): Promise<CallerDenial[]> {
    const rows = await this.store.denials();
    const numbers = await this.numbers.of(rows);
    return rows.map(({ lineId: _line, subscriptionState: _state, ...denial }) => ({
      ...denial,
      phoneNumber: numbers.get(denial.subscriptionId) ?? null,
    }));
  }

  /** Returns when the subscriber answered, within the last hour, that they did not call; null without that. */
  async deniedAt(subscriptionId: string): Promise<Date | null> {
    return this.store.deniedAt(subscriptionId);
  }

  /**
   * Writes to the audit how checks ended: used for their deed or lapsed, or how the phone answered. A worker calls it
   * periodically. Returns true if more may remain.
   */
  async recordEnds(): Promise<boolean> {
    for (let count = 0; count < RECORD_BATCH; count += 1) {
      const wasOne = await this.database.transaction(async (session) => {
        const ended = await this.store.end(session);
        if (!ended) return false;
        const { operator, subscriptionId, deed, reason, endedAs } = ended;
        const action = `caller-${endedAs.replace('_', '-')}-${DEED_NAMES[deed]}`;
        // No request caused it, so there is no address.
        await this.audit.done(session, { operator, action, subscriptionId, reason, address: '-' });
        return true;
      });
      if (!wasOne) return false;
    }
    return true;
  }

  /** Deletes a batch of checks that ended long ago. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return this.store.purge();
  }

  /** Starts the authentication of a reserved check. */
  private async begin(check: { id: string; lineId: string; deed: CheckedDeed; call: AuditedCall }): Promise<void> {
    const { id, lineId, deed, call } = check;
    const line = await this.lines.byId(lineId);
    if (!line?.phoneNumber) throw notCheckable();
    const { birthDate, genderDigit } = line.owner;
    const person = { phoneNumber: line.phoneNumber, birthDate, genderDigit };
    const asked = { ...person, purpose: CALLER_PURPOSES[deed], caller: { deed } };
    const started: StartedAuthentication = await this.starts.start(asked, CALL_CENTRE.id, undefined, 'ours');
    const isAttached = await this.database.transaction(async (session) => {
      if (!(await this.store.attach(session, id, started.id))) return false;
      await this.audit.done(session, call);
      return true;
    });
    if (isAttached) return;
    // The line changed hands, or protection ended, between the two steps.
    await this.statuses.cancel(started.id, CALL_CENTRE.id);
    throw notCheckable();
  }

  private async openCheck(
    operatorId: string,
    subscriptionId: string,
  ): Promise<ShownCheck & { authenticationId: string }> {
    const check = await this.store.latest(subscriptionId, operatorId);
    if (check && isOpen(check.state) && check.authenticationId !== null)
      return { ...check, authenticationId: check.authenticationId };
    throw new Problem('nothing_to_change', 'There is no open verification of this caller by you. Ask for a new one.');
  }

  /** The audited call of a step that asks for no reason of its own: the check has one. */
  private about(
    { operator, address }: Omit<DeskOperator, 'reason'>,
    subscriptionId: string,
    { deed, reason }: ShownCheck,
    verb: 'verify',
  ): AuditedCall {
    return { operator, address, action: `${verb}-caller-${DEED_NAMES[deed]}`, subscriptionId, reason };
  }
}

function isOpen(state: CallerCheckState): boolean {
  return (OPEN_CHECK_STATES as readonly CallerCheckState[]).includes(state);
}

/** Problems: those of `PushCallerChecks.ask`. */
function assertAskable({ reachable, open, deniedSeconds }: Askable): void {
  if (deniedSeconds !== null) {
    const detail = 'The person answered that they did not call. Do nothing for this caller, and end the call.';
    throw new Problem('caller_denied', detail, { retryAfterSeconds: Math.max(1, deniedSeconds) });
  }
  if (!reachable) throw notCheckable();
  if (open) throw new Problem('nothing_to_change', 'The phone is being asked already. Wait for the answer.');
}

function notCheckable(): Problem {
  return new Problem(
    'caller_not_checkable',
    'The subscription is not active, has no phone in use, or its PIN is locked. Have another operator decide.',
  );
}
