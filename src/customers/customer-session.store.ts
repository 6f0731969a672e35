import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, Not, type FindOptionsWhere, type Repository } from 'typeorm';
import { within } from '../database/criteria.ts';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { Channel } from '../domain/authentication.ts';
import { CustomerSession } from './customer-session.entity.ts';
import type { CustomerVisit } from './customer-session.ts';
import type { Intent } from './intent.ts';

/**
 * A session ends ten minutes after the last request, and at the latest an hour after its beginning or the verification.
 */
const IDLE_SECONDS = 600;
const LONGEST_SECONDS = 3_600;
const LIVING = `seen_at > now() - interval '${IDLE_SECONDS} seconds'
  AND created_at > now() - interval '${LONGEST_SECONDS} seconds'`;

const COLUMNS = `errand AS intent, terms, verified_for AS "verifiedFor", verified_by AS "verifiedBy", channel, authentication_id AS "authenticationId", line_id AS "lineId",
  person_index AS "personIndex", verified_at AS "verifiedAt", enrolment,
  coalesce(verified_at > now() - interval '10 minutes', false) AS "isFresh"`;

/** Reads a session. Updates `seen_at` at most every half minute, because a waiting page polls far more often. */
const SEE = statement(
  'customer_session_see',
  `WITH seen AS (
      UPDATE customer_sessions SET seen_at = now()
      WHERE digest = $1 AND ${LIVING} AND seen_at < now() - interval '30 seconds'
    )
    SELECT ${COLUMNS} FROM customer_sessions WHERE digest = $1 AND ${LIVING}`,
);

/**
 * Logs the customer in, under a new digest, so that a secret planted beforehand is worthless (session fixation). The
 * condition on `authentication_id` accepts each verification once. The hour of the session begins anew.
 */
const VERIFIED = statement(
  'customer_session_verified',
  `UPDATE customer_sessions SET digest = $2, line_id = $4, person_index = $5, verified_at = now(),
      verified_for = errand, verified_by = authentication_id, channel = $6, authentication_id = NULL, enrolment = NULL, created_at = now(), seen_at = now()
    WHERE digest = $1 AND authentication_id = $3 AND ${LIVING} RETURNING ${COLUMNS}`,
);

/** The maximum number of rows that one purge statement deletes. */
const PURGE_BATCH = 5_000;

const PURGE = statement(
  'customer_session_purge',
  `DELETE FROM customer_sessions WHERE digest IN (
    SELECT digest FROM customer_sessions WHERE created_at < now() - interval '1 hour' LIMIT ${PURGE_BATCH})`,
);

/** The sessions of customers' browsers. */
@Injectable()
export class CustomerSessionStore {
  constructor(
    private readonly database: Database,
    @InjectRepository(CustomerSession) private readonly sessions: Repository<CustomerSession>,
  ) {}

  async begin(
    digest: Buffer,
    begun: { intent: Intent; terms: string | null; authenticationId: string },
  ): Promise<void> {
    await this.sessions.insert({ digest, ...begun });
  }

  /** Returns the session and extends its idle timeout. */
  async see(digest: Buffer): Promise<CustomerVisit | undefined> {
    return (await this.database.rows<CustomerVisit>(SEE, [digest]))[0];
  }

  /**
   * Attaches another verification to a logged-in session; the customer stays logged in. Returns false when no customer
   * is logged in under this digest.
   */
  async turnTo(
    digest: Buffer,
    verification: { intent: Intent; terms: string | null; authenticationId: string },
  ): Promise<boolean> {
    const { affected } = await this.sessions.update(loggedIn(digest), { ...verification, enrolment: null });
    return affected === 1;
  }

  /** Abandons the verification in progress. If no customer was logged in, deletes the session and returns false. */
  async dropCheck(digest: Buffer): Promise<boolean> {
    const verified = { digest, verifiedAt: Not(IsNull()) };
    const { affected } = await this.sessions.update(verified, { authenticationId: null, intent: 'login' });
    if (affected === 1) return true;
    await this.end(digest);
    return false;
  }

  /** Returns the session under its new digest; undefined when it has ended or this verification was already used. */
  async verified(
    digest: Buffer,
    next: Buffer,
    by: { authenticationId: string; lineId: string; personIndex: Buffer; channel: Channel },
  ): Promise<CustomerVisit | undefined> {
    const values = [digest, next, by.authenticationId, by.lineId, by.personIndex, by.channel];
    return (await this.database.rows<CustomerVisit>(VERIFIED, values))[0];
  }

  async keepEnrolment(digest: Buffer, enrolment: Buffer): Promise<void> {
    await this.sessions.update({ digest }, { enrolment });
  }

  async end(digest: Buffer): Promise<void> {
    await this.sessions.delete({ digest });
  }

  /** Deletes a batch of sessions that began more than an hour ago. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}

/** Criteria of a browser in which a customer is logged in, with the same limits as `LIVING`. */
function loggedIn(digest: Buffer): FindOptionsWhere<CustomerSession> {
  return { digest, verifiedAt: Not(IsNull()), seenAt: within(IDLE_SECONDS), createdAt: within(LONGEST_SECONDS) };
}
