import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { OperatorLook } from './operator-look.entity.ts';

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
