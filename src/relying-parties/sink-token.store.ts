import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, type Repository } from 'typeorm';
import { future } from '../database/criteria.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { Client } from './client.entity.ts';
import { ENDED_KEPT_DAYS } from './client.store.ts';
import { SinkToken } from './sink-token.entity.ts';

/** A token with its client, as it is listed. */
export type ListedSinkToken = Pick<SinkToken, 'id' | 'note' | 'issuedAt' | 'expiresAt' | 'revokedAt' | 'lastUsedAt'> & {
  clientId: Client['clientId'];
  clientDisabledAt: Client['disabledAt'];
  /** Its client has the scope `carrier` still. */
  hasScope: boolean;
};

/** What a token admits now: its client has to be in use, and to have the scope still. */
const SERVING = statement(
  'sink_token_serving',
  `SELECT t.id, c.id AS "callerId", c.client_id AS "clientId" FROM sink_tokens t JOIN clients c ON c.id = t.client_id
    WHERE t.digest = $1 AND t.revoked_at IS NULL AND t.expires_at > now()
      AND c.disabled_at IS NULL AND 'carrier' = ANY(c.scopes)`,
);

const NOTE_USE = statement(
  'sink_token_note_use',
  `UPDATE sink_tokens SET last_used_at = now()
    WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
);

const LIST = statement(
  'sink_token_list',
  `SELECT t.id, c.client_id AS "clientId", c.disabled_at AS "clientDisabledAt",
      'carrier' = ANY(c.scopes) AS "hasScope", t.note, t.issued_at AS "issuedAt",
      t.expires_at AS "expiresAt", t.revoked_at AS "revokedAt", t.last_used_at AS "lastUsedAt"
    FROM sink_tokens t JOIN clients c ON c.id = t.client_id
    WHERE c.client_id = coalesce($1, c.client_id) ORDER BY t.issued_at, t.id`,
);

/** The maximum number of tokens that one statement deletes. */
const PURGE_BATCH = 5_000;

const PURGE = statement(
  'sink_token_purge',
  `DELETE FROM sink_tokens WHERE id IN (
    SELECT id FROM sink_tokens WHERE least(revoked_at, expires_at) < now() - interval '${ENDED_KEPT_DAYS} days'
    LIMIT ${PURGE_BATCH})`,
);

@Injectable()
export class SinkTokenStore {
  constructor(
    private readonly database: Database,
    @InjectRepository(SinkToken) private readonly tokens: Repository<SinkToken>,
  ) {}

  async insert(
    { manager }: Session,
    token: Pick<SinkToken, 'id' | 'clientId' | 'digest' | 'note' | 'expiresAt'>,
  ): Promise<void> {
    await manager.insert(SinkToken, token);
  }

  /** The tokens of a client that serve. The caller has locked the client. */
  serving({ manager }: Session, clientId: string): Promise<number> {
    return manager.countBy(SinkToken, { clientId, revokedAt: IsNull(), expiresAt: future() });
  }

  async caller(digest: Buffer): Promise<{ id: string; callerId: string; clientId: string } | undefined> {
    return (
      await this.database.rows<Pick<SinkToken, 'id'> & { callerId: string; clientId: string }>(SERVING, [digest])
    )[0];
  }

  /** Notes that a token was used, at most once a minute. */
  async noteUse(id: string): Promise<void> {
    await this.database.rows(NOTE_USE, [id]);
  }

  /** Lists the tokens of one client, or of all. */
  list(clientId: string | null): Promise<ListedSinkToken[]> {
    return this.database.rows<ListedSinkToken>(LIST, [clientId]);
  }

  /** Returns false if the token is unknown or revoked already. */
  async revoke(session: Session, id: string): Promise<boolean> {
    const now = () => 'now()';
    const { affected } = await session.manager.update(SinkToken, { id, revokedAt: IsNull() }, { revokedAt: now });
    if (affected !== 1) return false;
    await session.closed([{ door: 'sink_token_revoked', id }]);
    return true;
  }

  /** Deletes a batch of tokens that ended long ago. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }

  async exists(id: string): Promise<boolean> {
    return this.tokens.existsBy({ id });
  }
}
