import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { VerificationAnswer } from './verification-answer.entity.ts';

/** Seconds in which the same verification gets the same answer again (contract). */
const REPEATED_SECONDS = 60;

/**
 * SQL: keeps the digest of the request that verified, in the statement that verifies. The answer itself is composed
 * later, so a process that ends in between loses nothing. `verified` is a common table expression with `id` and `state`;
 * with a digest that is null, nothing is kept.
 */
export function keepDigest(verified: string, digest: string): string {
  return `INSERT INTO verification_answers (authentication_id, request_digest)
      SELECT id, ${digest} FROM ${verified} WHERE state = 'verified' AND ${digest}::bytea IS NOT NULL`;
}

/** The first answer stays: a request that composes another one at the same time gets the first. */
const KEEP = statement(
  'verification_answer_keep',
  `UPDATE verification_answers SET answer = coalesce(answer, $2) WHERE authentication_id = $1 RETURNING answer`,
);

const FIND = statement(
  'verification_answer_find',
  `SELECT v.request_digest AS "requestDigest", v.answer
    FROM verification_answers v JOIN authentications a ON a.id = v.authentication_id
    WHERE v.authentication_id = $1 AND a.client_id = $2 AND a.state = 'verified'
      AND v.verified_at > now() - interval '${REPEATED_SECONDS} seconds'`,
);

/** The maximum number of answers that one statement deletes. */
const PURGE_BATCH = 5_000;

const PURGE = statement(
  'verification_answer_purge',
  `DELETE FROM verification_answers WHERE ctid = ANY(ARRAY(SELECT ctid FROM verification_answers
    WHERE verified_at <= now() - interval '${REPEATED_SECONDS} seconds' LIMIT ${PURGE_BATCH} FOR UPDATE SKIP LOCKED))`,
);

@Injectable()
export class VerificationAnswerStore {
  constructor(private readonly database: Database) {}

  /** Stores the answer unless there is one; returns the stored one. Undefined after the 60 seconds. */
  async keep(authenticationId: string, answer: Buffer): Promise<Buffer | undefined> {
    const [row] = await this.database.sharedRows<{ answer: Buffer | null }>(
      KEEP,
      [authenticationId, answer],
      authenticationId,
    );
    return row?.answer ?? undefined;
  }

  /** Returns what is kept of the verification that succeeded less than 60 seconds ago. */
  async find(
    authenticationId: string,
    clientId: string,
  ): Promise<Pick<VerificationAnswer, 'requestDigest' | 'answer'> | undefined> {
    type Row = Pick<VerificationAnswer, 'requestDigest' | 'answer'>;
    return (await this.database.rows<Row>(FIND, [authenticationId, clientId]))[0];
  }

  /** Deletes a batch of answers that are no longer repeated. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}
