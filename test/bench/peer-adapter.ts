import type { Adapter, AdapterPayload } from 'oidc-provider';
import type pg from 'pg';

/** One row for every artefact of the provider, as in its example adapters. */
export const PEER_TABLE = `
  CREATE TABLE IF NOT EXISTS artefacts (id text NOT NULL, kind text NOT NULL, payload jsonb NOT NULL, grant_id text,
    user_code text, uid text, expires_at timestamptz, consumed_at timestamptz, PRIMARY KEY (id, kind));
  CREATE INDEX IF NOT EXISTS artefacts_grant ON artefacts (grant_id) WHERE grant_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS artefacts_user_code ON artefacts (user_code) WHERE user_code IS NOT NULL;
  CREATE INDEX IF NOT EXISTS artefacts_uid ON artefacts (uid) WHERE uid IS NOT NULL;`;

const FOUND = `SELECT payload, extract(epoch FROM consumed_at)::int AS consumed FROM artefacts`;
const UPSERT = {
  name: 'upsert',
  text: `INSERT INTO artefacts (id, kind, payload, grant_id, user_code, uid, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
    ON CONFLICT (id, kind) DO UPDATE SET payload = excluded.payload, grant_id = excluded.grant_id,
      user_code = excluded.user_code, uid = excluded.uid, expires_at = excluded.expires_at`,
};
const FIND = { name: 'find', text: `${FOUND} WHERE id = $1 AND kind = $2` };
const FIND_BY_UID = { name: 'find_by_uid', text: `${FOUND} WHERE uid = $1 AND kind = $2` };
const FIND_BY_USER_CODE = { name: 'find_by_user_code', text: `${FOUND} WHERE user_code = $1 AND kind = $2` };
const DESTROY = { name: 'destroy', text: 'DELETE FROM artefacts WHERE id = $1 AND kind = $2' };
const REVOKE = { name: 'revoke', text: 'DELETE FROM artefacts WHERE grant_id = $1' };
const CONSUME = { name: 'consume', text: 'UPDATE artefacts SET consumed_at = now() WHERE id = $1 AND kind = $2' };

/** oidc-provider's storage on PostgreSQL: prepared statements, one a call. */
export class PostgresAdapter implements Adapter {
  constructor(
    private readonly kind: string,
    private readonly pool: pg.Pool,
  ) {}

  async upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
    const { grantId = null, userCode = null, uid = null } = payload;
    const values = [id, this.kind, JSON.stringify(payload), grantId, userCode, uid, expiresIn ?? null];
    await this.pool.query({ ...UPSERT, values });
  }

  find(id: string): Promise<AdapterPayload | undefined> {
    return this.one(FIND, id);
  }

  findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.one(FIND_BY_UID, uid);
  }

  findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.one(FIND_BY_USER_CODE, userCode);
  }

  async destroy(id: string): Promise<void> {
    await this.pool.query({ ...DESTROY, values: [id, this.kind] });
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.pool.query({ ...REVOKE, values: [grantId] });
  }

  async consume(id: string): Promise<void> {
    await this.pool.query({ ...CONSUME, values: [id, this.kind] });
  }

  private async one(statement: { name: string; text: string }, key: string): Promise<AdapterPayload | undefined> {
    type Row = { payload: AdapterPayload; consumed: number | null };
    const { rows } = await this.pool.query<Row>({ ...statement, values: [key, this.kind] });
    const [row] = rows;
    return row && { ...row.payload, ...(row.consumed !== null && { consumed: row.consumed }) };
  }
}
