import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import type { Channel } from '../domain/authentication.ts';
import type { CustomerSession, Intent } from './customer-session.ts';
import type { Locale } from '../domain/locale.ts';

/** A visit ends ten minutes after the last page, and an hour after the first. */
const LIVING = `seen_at > now() - interval '10 minutes' AND created_at > now() - interval '1 hour'`;

const COLUMNS = `errand AS intent, terms, verified_for AS "verifiedFor", channel, authentication_id AS "authenticationId", line_id AS "lineId",
  person_index AS "personIndex", verified_at AS "verifiedAt", enrolment,
  coalesce(verified_at > now() - interval '10 minutes', false) AS "isFresh"`;

const BEGIN = {
  name: 'customer_session_begin',
  text: `INSERT INTO customer_sessions (digest, errand, terms, authentication_id) VALUES ($1, $2, $3, $4)`,
};

/** Noted at most every half minute: a page that waits asks far more often. */
const SEE = {
  name: 'customer_session_see',
  text: `WITH seen AS (
      UPDATE customer_sessions SET seen_at = now()
      WHERE digest = $1 AND ${LIVING} AND seen_at < now() - interval '30 seconds'
    )
    SELECT ${COLUMNS} FROM customer_sessions WHERE digest = $1 AND ${LIVING}`,
};

/** Whoever is logged in stays so while they are verified once more. */
const TURN_TO = {
  name: 'customer_session_turn_to',
  text: `UPDATE customer_sessions SET errand = $2, authentication_id = $3, terms = $4, enrolment = NULL
    WHERE digest = $1 AND verified_at IS NOT NULL AND ${LIVING} RETURNING 1`,
};

const DROP_CHECK = {
  name: 'customer_session_drop_check',
  text: `UPDATE customer_sessions SET authentication_id = NULL, errand = 'login'
    WHERE digest = $1 AND verified_at IS NOT NULL RETURNING 1`,
};

/** Under a new secret from now on, so that nobody can have known it before; once for one verification. A visit begins. */
const VERIFIED = {
  name: 'customer_session_verified',
  text: `UPDATE customer_sessions SET digest = $2, line_id = $4, person_index = $5, verified_at = now(),
      verified_for = errand, channel = $6, authentication_id = NULL, enrolment = NULL, created_at = now(), seen_at = now()
    WHERE digest = $1 AND authentication_id = $3 AND ${LIVING} RETURNING ${COLUMNS}`,
};

const KEEP_ENROLMENT = {
  name: 'customer_session_keep_enrolment',
  text: `UPDATE customer_sessions SET enrolment = $2 WHERE digest = $1`,
};

const END = { name: 'customer_session_end', text: `DELETE FROM customer_sessions WHERE digest = $1` };

const FORGET = {
  name: 'customer_session_forget',
  text: `DELETE FROM customer_sessions WHERE digest IN (
    SELECT digest FROM customer_sessions WHERE created_at < now() - interval '1 hour' LIMIT 5000)`,
};

const CONSENT = {
  name: 'customer_consent',
  text: `INSERT INTO consents (subscription_id, terms, locale) VALUES ($1, $2, $3)`,
};

/** The rows of customers' browsers. */
@Injectable()
export class CustomerSessionStore {
  constructor(private readonly database: Database) {}

  async begin(
    digest: Buffer,
    begun: { intent: Intent; terms: string | null; authenticationId: string },
  ): Promise<void> {
    await this.database.rows(BEGIN, [digest, begun.intent, begun.terms, begun.authenticationId]);
  }

  /** The session, which is kept alive by being looked at. */
  async see(digest: Buffer): Promise<CustomerSession | undefined> {
    return (await this.database.rows<CustomerSession>(SEE, [digest]))[0];
  }

  /** False when nobody is logged in there. */
  async turnTo(
    digest: Buffer,
    { intent, terms, authenticationId }: { intent: Intent; terms: string | null; authenticationId: string },
  ): Promise<boolean> {
    return (await this.database.rows(TURN_TO, [digest, intent, authenticationId, terms])).length === 1;
  }

  /** Lets go of a verification under way; false, and the session is gone, when nobody was logged in. */
  async dropCheck(digest: Buffer): Promise<boolean> {
    if ((await this.database.rows(DROP_CHECK, [digest])).length === 1) return true;
    await this.end(digest);
    return false;
  }

  /** The session under its new digest; undefined when it ended, or this verification has counted before. */
  async verified(
    digest: Buffer,
    next: Buffer,
    by: { authenticationId: string; lineId: string; personIndex: Buffer; channel: Channel },
  ): Promise<CustomerSession | undefined> {
    const values = [digest, next, by.authenticationId, by.lineId, by.personIndex, by.channel];
    return (await this.database.rows<CustomerSession>(VERIFIED, values))[0];
  }

  async keepEnrolment(digest: Buffer, enrolment: Buffer): Promise<void> {
    await this.database.rows(KEEP_ENROLMENT, [digest, enrolment]);
  }

  async end(digest: Buffer): Promise<void> {
    await this.database.rows(END, [digest]);
  }

  async purge(): Promise<void> {
    await this.database.rows(FORGET, []);
  }

  async consent(session: Session, subscriptionId: string, terms: string, locale: Locale): Promise<void> {
    await session.rows(CONSENT, [subscriptionId, terms, locale]);
  }
}
