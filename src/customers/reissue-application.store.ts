import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, IsNull, Not, type Repository } from 'typeorm';
import { future } from '../database/criteria.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { Subscription } from '../subscriptions/subscription.entity.ts';
import { ReissueApplication } from './reissue-application.entity.ts';

/** An application for which a worker must look for the person. */
export type UnmatchedApplication = Pick<ReissueApplication, 'id'> & {
  person: NonNullable<ReissueApplication['person']>;
};

/** An application that waits for an operator, with its line. */
export type WaitingApplication = Pick<
  ReissueApplication,
  'id' | 'cause' | 'identityProof' | 'delivery' | 'filedAt' | 'expiresAt'
> & {
  subscriptionId: Subscription['id'];
  lineId: Subscription['lineId'];
  subscriptionState: Subscription['state'];
};

/** Asked twice a second: a transaction around an empty table would cost three times as much. */
const IS_DUE = statement(
  'reissue_application_is_due',
  'SELECT 1 FROM reissue_applications WHERE person IS NOT NULL AND due_at <= now() LIMIT 1',
);

const NEXT = statement(
  'reissue_application_next',
  `SELECT id, person FROM reissue_applications WHERE person IS NOT NULL AND due_at <= now()
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
);

/** SQL: the application waits for an operator. */
const WAITS = `a.state = 'filed' AND a.expires_at > now() AND a.subscription_id IS NOT NULL`;

/** The people whose applications one page lists. */
const PAGE = 100;
/** The place before every subscription. */
const BEGINNING = '00000000-0000-0000-0000-000000000000';

const OF_A_SERVICE = `s.state IN ('active', 'suspended')`;
const COLUMNS = `a.id, a.cause, a.identity_proof AS "identityProof", a.delivery, a.filed_at AS "filedAt",
      a.expires_at AS "expiresAt", a.subscription_id AS "subscriptionId", s.line_id AS "lineId", s.state AS "subscriptionState"`;

/** The applications that a customer's own app verified, one for each subscription, the oldest first. No stranger files any. */
const VERIFIED = statement(
  'reissue_application_verified',
  `SELECT * FROM (SELECT DISTINCT ON (a.subscription_id) ${COLUMNS}
      FROM reissue_applications a JOIN subscriptions s ON s.id = a.subscription_id
      WHERE ${WAITS} AND a.authentication_id IS NOT NULL AND ${OF_A_SERVICE}
      ORDER BY a.subscription_id, a.filed_at) one
    ORDER BY one."filedAt" LIMIT ${PAGE}`,
);

/** SQL: the oldest application of the next subscription `after` another one, unless the app verified one of it. */
const nextAfter = (after: string): string =>
  `SELECT a.id, a.subscription_id FROM reissue_applications a JOIN subscriptions s ON s.id = a.subscription_id
      WHERE ${WAITS} AND a.authentication_id IS NULL AND ${OF_A_SERVICE} AND a.subscription_id > ${after}
        AND NOT EXISTS (SELECT FROM reissue_applications v WHERE v.subscription_id = a.subscription_id
          AND v.state = 'filed' AND v.authentication_id IS NOT NULL AND v.expires_at > now())
      ORDER BY a.subscription_id, a.filed_at LIMIT 1`;

/**
 * A page of the applications that nobody verified: one for each subscription after $1, and one more to tell that there is
 * another page. It steps from subscription to subscription in the index: any number of applications about one person costs
 * one step. Those about a subscription that has ended, or that the app verified, are read one by one.
 */
const UNVERIFIED = statement(
  'reissue_application_unverified',
  `WITH RECURSIVE applied AS (
      SELECT first.id, first.subscription_id, 1 AS place FROM (${nextAfter('$1')}) first
      UNION ALL
      SELECT n.id, n.subscription_id, p.place + 1 FROM applied p CROSS JOIN LATERAL (${nextAfter('p.subscription_id')}) n
      WHERE p.place <= ${PAGE}
    )
    SELECT ${COLUMNS} FROM applied p JOIN reissue_applications a ON a.id = p.id JOIN subscriptions s ON s.id = a.subscription_id
    ORDER BY p.place`,
);

/**
 * The customer withdraws an application that waits, or one that an operator declined without telling the customer: a
 * person without a service may withdraw as well, and the answer must not tell the two apart.
 */
const WITHDRAW = statement(
  'reissue_application_withdraw',
  `UPDATE reissue_applications SET state = 'withdrawn', closed_by = 'customer', closed_at = now(), person = NULL
    WHERE id = $1 AND expires_at > now() AND (state = 'filed' OR state = 'declined' AND authentication_id IS NULL)
    RETURNING id`,
);

/** The applications of one subscription that are listed. */
const SHOWN = 20;

/** The maximum number of rows that one purge statement changes. */
const PURGE_BATCH = 1_000;

const EXPIRE = statement(
  'reissue_application_expire',
  `UPDATE reissue_applications SET state = 'expired', closed_at = now(), person = NULL
    WHERE id IN (SELECT id FROM reissue_applications WHERE state = 'filed' AND expires_at <= now() LIMIT ${PURGE_BATCH})`,
);

/** Deletes proof and address as soon as no letter can be sent any more. */
const WIPE = statement(
  'reissue_application_wipe',
  `UPDATE reissue_applications SET recipient = NULL, proof_reference = NULL
    WHERE id IN (SELECT a.id FROM reissue_applications a LEFT JOIN reissues r ON r.id = a.reissue_id
      WHERE a.closed_at IS NOT NULL AND num_nonnulls(a.recipient, a.proof_reference) > 0
        AND (r.id IS NULL OR r.closed_at IS NOT NULL) LIMIT ${PURGE_BATCH})`,
);

const PURGE = statement(
  'reissue_application_purge',
  `DELETE FROM reissue_applications WHERE id IN (SELECT id FROM reissue_applications
    WHERE filed_at < now() - make_interval(days => $1) AND state <> 'filed' LIMIT ${PURGE_BATCH})`,
);

/** The table of customers' applications for a reissue. */
@Injectable()
export class ReissueApplicationStore {
  constructor(
    private readonly database: Database,
    @InjectRepository(ReissueApplication) private readonly applications: Repository<ReissueApplication>,
  ) {}

  async file(
    application: Omit<ReissueApplication, 'dueAt' | 'state' | 'filedAt' | 'reissueId' | 'closedBy' | 'closedAt'>,
  ): Promise<void> {
    await this.applications.insert(application);
  }

  /** True if the person of an application is to be looked for. */
  async isAnyDue(): Promise<boolean> {
    return (await this.database.rows(IS_DUE, [])).length > 0;
  }

  /** Locks and returns the next application whose person is to be looked for. */
  async next(session: Session): Promise<UnmatchedApplication | undefined> {
    return (await session.rows<UnmatchedApplication>(NEXT, []))[0];
  }

  /** Records whose application it is, and deletes the person. */
  async match({ manager }: Session, id: string, subscriptionId: string | null): Promise<void> {
    await manager.update(ReissueApplication, { id }, { subscriptionId, person: null });
  }

  /** Sets when a worker looks for the person again. */
  async postpone(id: string, until: Date): Promise<void> {
    await this.applications.update({ id }, { dueAt: until });
  }

  /** Returns the application with a receipt number; null for an unknown one. */
  byDigest(digest: Buffer, { manager }: Session = this.database): Promise<ReissueApplication | null> {
    return manager.findOneBy(ReissueApplication, { digest });
  }

  byId(id: string, { manager }: Session = this.database): Promise<ReissueApplication | null> {
    return manager.findOneBy(ReissueApplication, { id });
  }

  /** True if an application was filed with this verification. */
  hasServed(authenticationId: string): Promise<boolean> {
    return this.applications.existsBy({ authenticationId });
  }

  /** Returns the application that became a reissue; null for a reissue for which no customer applied. */
  ofReissue(reissueId: string): Promise<ReissueApplication | null> {
    return this.applications.findOneBy({ reissueId });
  }

  /** Returns the applications that became these reissues. */
  ofReissues(reissueIds: readonly string[]): Promise<ReissueApplication[]> {
    return reissueIds.length === 0 ? Promise.resolve([]) : this.applications.findBy({ reissueId: In([...reissueIds]) });
  }

  /** Lists the applications of a subscription that still hold a postal address, newest first. */
  withRecipient(subscriptionId: string): Promise<ReissueApplication[]> {
    return this.applications.find({
      where: { subscriptionId, recipient: Not(IsNull()) },
      order: { filedAt: 'DESC' },
      take: 20,
    });
  }

  /**
   * Lists the applications of a subscription that wait for an operator: first those that the customer's own app verified,
   * then the newest. Returns also how many there are in all.
   */
  async open(subscriptionId: string): Promise<{ shown: ReissueApplication[]; count: number }> {
    const waits = { subscriptionId, state: 'filed' as const, expiresAt: future() };
    const newest = { order: { filedAt: 'DESC' }, take: SHOWN } as const;
    const [verified, others, count] = await Promise.all([
      this.applications.find({ where: { ...waits, authenticationId: Not(IsNull()) }, ...newest }),
      this.applications.find({ where: { ...waits, authenticationId: IsNull() }, ...newest }),
      this.applications.countBy(waits),
    ]);
    return { shown: [...verified, ...others].slice(0, SHOWN), count };
  }

  /** Lists the last twenty applications of a subscription, in any state, newest first. */
  ofSubscription(subscriptionId: string): Promise<ReissueApplication[]> {
    return this.applications.find({ where: { subscriptionId }, order: { filedAt: 'DESC' }, take: SHOWN });
  }

  /** Returns the newest application of a subscription that the customer's own app verified. */
  newestVerified(subscriptionId: string): Promise<ReissueApplication | null> {
    const where = { subscriptionId, authenticationId: Not(IsNull()) };
    return this.applications.findOne({ where, order: { filedAt: 'DESC' } });
  }

  /** Lists the applications that wait for an operator and that the customer's own app verified, at most 100. */
  verified(): Promise<WaitingApplication[]> {
    return this.database.rows<WaitingApplication>(VERIFIED, []);
  }

  /**
   * Lists the applications that wait for an operator and that nobody verified: those of 100 subscriptions after another
   * one, in the order of their ids. `next` is the subscription after which the next page begins; null on the last one.
   */
  async unverified(after: string | null): Promise<{ shown: WaitingApplication[]; next: string | null }> {
    const found = await this.database.rows<WaitingApplication>(UNVERIFIED, [after ?? BEGINNING]);
    const shown = found.slice(0, PAGE);
    return { shown, next: found.length > PAGE ? (shown.at(-1)?.subscriptionId ?? null) : null };
  }

  /** Closes an application that waits. Returns false when it does not wait any more. */
  async close(
    { manager }: Session,
    id: string,
    closed: { state: 'taken'; closedBy: string; reissueId: string } | { state: 'declined'; closedBy: string },
  ): Promise<boolean> {
    const waits = { id, state: 'filed' as const, expiresAt: future() };
    const { affected } = await manager.update(ReissueApplication, waits, {
      ...closed,
      closedAt: () => 'now()',
      person: null,
    });
    return affected === 1;
  }

  /** Withdraws an application for its customer. Returns false when there is nothing to withdraw. */
  async withdraw(session: Session, id: string): Promise<boolean> {
    return (await session.rows<{ id: string }>(WITHDRAW, [id])).length === 1;
  }

  /** Closes the other applications of a subscription, because one was taken up. */
  async closeOthers({ manager }: Session, subscriptionId: string, closedBy: string): Promise<void> {
    const others = { subscriptionId, state: 'filed' as const, closedAt: IsNull() };
    await manager.update(ReissueApplication, others, { state: 'declined', closedBy, closedAt: () => 'now()' });
  }

  /**
   * Closes what has expired, deletes proofs and addresses that are no longer needed, and deletes a batch of closed
   * applications that are older than `days`. Returns true if more may remain.
   */
  async purge(days: number): Promise<boolean> {
    const expired = await this.database.changed(EXPIRE, []);
    const wiped = await this.database.changed(WIPE, []);
    const purged = await this.database.changed(PURGE, [days]);
    return Math.max(expired, wiped, purged) === PURGE_BATCH;
  }
}
