import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { normaliseEnrolmentCode } from '../crypto/random.ts';
import { enrolmentLink } from '../domain/enrolment-link.ts';
import type { Problem } from '../domain/problem.ts';
import { FormLimits } from '../http/form-limits.ts';
import { Notices } from '../notices/notices.ts';
import type { LockedSubscription } from '../subscriptions/subscription.ts';
import { Subscriptions, type Enrolment } from '../subscriptions/subscriptions.ts';
import type { LifecycleStep } from './lifecycle.ts';

/**
 * Maximum codes that are texted to one number in a day, by the website and the call centre together. The number counts,
 * because a line that is subscribed again has a new subscription and its owner the same telephone.
 */
const TEXTS = { name: 'texted enrolment codes', times: 3, seconds: 86_400 };

/** A code that is valid, with its end. */
export type LiveEnrolment = Enrolment & { expiresAt: Date };

/** What is texted, and what a caller is told when nothing is. */
export interface TextedAs {
  form: 'code' | 'link';
  /** Whether a code may still go to the number once protection has begun. */
  alsoWhileProtected: boolean;
  /** The SIM is in doubt, the subscription is suspended, or the line has no number. */
  withheld: () => Problem;
}

/** True if the number itself has had all the texts of a day, and not only the caller too many requests. */
export function isOfTextedNumber({ members }: Problem): boolean {
  return members.limit?.name === TEXTS.name;
}

/** Texts enrolment codes to the number of their own line. */
@Injectable()
export class CodeTexts {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly notices: Notices,
    private readonly limits: FormLimits,
    private readonly environment: Environment,
  ) {}

  /** True if a code may be texted: not while the subscription is suspended, nor while the SIM is in doubt. */
  async may(standing: Parameters<Subscriptions['holdUnder']>[0]): Promise<boolean> {
    return standing.suspensions.length === 0 && (await this.subscriptions.holdUnder(standing)) === null;
  }

  /** Returns the code, as it was typed, if it still enrols a phone of the subscription. */
  async live(
    { session }: LifecycleStep,
    locked: LockedSubscription,
    typed: string,
  ): Promise<LiveEnrolment | undefined> {
    return this.subscriptions.liveEnrolment(session, locked.id, normaliseEnrolmentCode(typed));
  }

  /** Texts a code that is valid. Problems: `as.withheld`; `too_many_requests`. */
  async text(
    { session, queued }: LifecycleStep,
    locked: LockedSubscription,
    live: LiveEnrolment,
    as: TextedAs,
  ): Promise<void> {
    const { suspensions, isHeld } = await this.subscriptions.circumstancesOf(session, locked);
    const { phoneNumber } = await this.notices.addressOf(session, locked.id);
    const isTooLate = locked.protectedSince !== null && !as.alsoWhileProtected;
    if (isTooLate || isHeld || suspensions.length > 0 || phoneNumber === '') throw as.withheld();
    await this.limits.spendIn(session, { ...TEXTS, of: phoneNumber });
    const { enrolmentCode } = live;
    const what =
      as.form === 'code' ? { enrolmentCode } : { enrolmentLink: enrolmentLink(this.environment.ISSUER, enrolmentCode) };
    const seconds = Math.max(1, Math.ceil((live.expiresAt.getTime() - Date.now()) / 1000));
    const to = { phoneNumber, ...what };
    queued.push(await this.notices.enqueue(session, locked.id, { kind: 'enrolment_code' }, to, seconds));
  }
}
