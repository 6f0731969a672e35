import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { OperatorLook } from './operator-look.entity.ts';

/** What the reason of the present call is stored about. */
export const CALL = 'call';

/**
 * Begins a call: the reasons for looking at subscriptions end, and the new one covers these subjects and the call. Reasons
 * for lists, and what was shown once, stay until the session ends.
 */
const BEGIN_CALL = statement(
  'operator_look_begin_call',
  `WITH over AS (
      DELETE FROM operator_looks WHERE session_digest = $1 AND NOT about = ANY($2::text[] || '${CALL}'::text)
        AND about ~ '^[0-9a-f]{8}-[0-9a-f-]{27}$'
    )
    INSERT INTO operator_looks (session_digest, about, reason)
    SELECT digest, about, $3 FROM account_sessions, unnest($2::text[] || '${CALL}'::text) about WHERE digest = $1
    ON CONFLICT (session_digest, about) DO UPDATE SET reason = excluded.reason`,
);

const END_CALL = statement(
  'operator_look_end_call',
  `DELETE FROM operator_looks WHERE session_digest = $1
    AND (about = '${CALL}' OR about ~ '^[0-9a-f]{8}-[0-9a-f-]{27}$')`,
);

const REMEMBER = statement(
  'operator_look_remember',
  `INSERT INTO operator_looks (session_digest, about, reason)
    SELECT digest, about, $3 FROM account_sessions, unnest($2::text[]) about WHERE digest = $1
    ON CONFLICT (session_digest, about) DO UPDATE SET reason = excluded.reason`,
);

const REMEMBER_ONCE = statement(
  'operator_look_remember_once',
  `INSERT INTO operator_looks (session_digest, about, reason)
    SELECT digest, $2, '-' FROM account_sessions WHERE digest = $1
    ON CONFLICT (session_digest, about) DO NOTHING`,
);

/** The reasons of operators' reads. They end with the session. */
@Injectable()
export class OperatorLookStore {
  constructor(private readonly database: Database) {}

  /** Ends the reasons of the call before, and stores the reason for these subjects. */
  async beginCall(digest: Buffer, about: readonly string[], reason: string): Promise<void> {
    await this.database.rows(BEGIN_CALL, [digest, about, reason]);
  }

  async endCall(digest: Buffer): Promise<void> {
    await this.database.rows(END_CALL, [digest]);
  }

  async remember(digest: Buffer, about: readonly string[], reason: string): Promise<void> {
    await this.database.rows(REMEMBER, [digest, about, reason]);
  }

  /** Returns false if the subject was stored before. */
  async rememberOnce(digest: Buffer, about: string): Promise<boolean> {
    return (await this.database.changed(REMEMBER_ONCE, [digest, about])) === 1;
  }

  async reasonFor(digest: Buffer, about: string): Promise<string | undefined> {
    return (await this.database.manager.findOneBy(OperatorLook, { sessionDigest: digest, about }))?.reason;
  }
}
