import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, type FindOptionsWhere, type Repository } from 'typeorm';
import type { Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { Client } from './client.entity.ts';
import { ClientKeyUse } from './client-key-use.entity.ts';
import { ClientSecret } from './client-secret.entity.ts';

const now = () => 'now()';

/** A former secret that had its end already does not get a later one. */
const ROTATE = statement(
  'client_rotate',
  `WITH before AS (
      SELECT id, secret_digest, created_at FROM clients WHERE id = $1
    ), former AS (
      UPDATE client_secrets s SET ends_at = least(s.ends_at, now() + make_interval(secs => $3))
        FROM before b
        WHERE s.client_id = b.id AND NOT s.is_test AND s.digest IS DISTINCT FROM b.secret_digest AND s.ends_at > now()
    ), present AS (
      INSERT INTO client_secrets (client_id, digest, made_at, ends_at)
        SELECT id, secret_digest, created_at, now() + make_interval(secs => $3) FROM before
          WHERE secret_digest IS NOT NULL
        ON CONFLICT (client_id, digest) DO UPDATE SET ends_at = excluded.ends_at
    ), next AS (
      INSERT INTO client_secrets (client_id, digest) SELECT id, $2 FROM before
    )
    UPDATE clients c SET secret_digest = $2 FROM before b WHERE c.id = b.id
    RETURNING now() + make_interval(secs => $3) AS "endsAt"`,
);

/** The same for the secrets of test mode, which stand in their own rows alone. */
const ROTATE_TEST = statement(
  'client_rotate_test',
  `WITH former AS (
      UPDATE client_secrets SET ends_at = least(coalesce(ends_at, 'infinity'), now() + make_interval(secs => $3))
        WHERE client_id = $1 AND is_test AND (ends_at IS NULL OR ends_at > now())
    )
    INSERT INTO client_secrets (client_id, digest, is_test) VALUES ($1, $2, true)
    RETURNING now() + make_interval(secs => $3) AS "endsAt"`,
);

/** Ends every secret of a client at once: the live ones, or those of test mode. */
const END_SECRETS = statement(
  'client_end_secrets',
  `UPDATE client_secrets SET ends_at = now()
    WHERE client_id = $1 AND is_test = $2 AND (ends_at IS NULL OR ends_at > now())`,
);

/** Reads and writes registrations of clients. */
@Injectable()
export class AdmissionStore {
  constructor(
    @InjectRepository(Client) private readonly clients: Repository<Client>,
    @InjectRepository(ClientSecret) private readonly secrets: Repository<ClientSecret>,
    @InjectRepository(ClientKeyUse) private readonly uses: Repository<ClientKeyUse>,
  ) {}

  async insert(
    { manager }: Session,
    client: Partial<Client> & Pick<Client, 'id'>,
    testDigest: Buffer | null,
  ): Promise<void> {
    await manager.insert(Client, client);
    const { id: clientId, secretDigest: digest } = client;
    if (digest) await manager.insert(ClientSecret, { clientId, digest });
    if (testDigest) await manager.insert(ClientSecret, { clientId, digest: testDigest, isTest: true });
  }

  /** Locks a client until the transaction ends. */
  lock({ manager }: Session, clientId: string): Promise<Client | null> {
    return manager.findOne(Client, { where: { clientId }, lock: { mode: 'for_no_key_update' } });
  }

  /** Changes a locked client. A new secret, or none, ends every one before it; new keys, or none, those before them. */
  async change(session: Session, { id, jwks }: Client, changes: Partial<Client>): Promise<void> {
    const where: FindOptionsWhere<Client> = { id, disabledAt: IsNull() };
    // The repository's own type takes apart the object of a JWKS.
    await session.manager.update(Client, where, changes);
    const replaces = jwks !== null && changes.jwks !== undefined && changes.jwks !== jwks;
    if (replaces) await session.closed([{ door: 'client_jwks_ended', id }]);
    if (changes.secretDigest === undefined) return;
    await session.rows(END_SECRETS, [id, false]);
    if (changes.secretDigest) {
      await session.manager.insert(ClientSecret, { clientId: id, digest: changes.secretDigest });
    }
    await session.closed([{ door: 'client_secrets_ended', id, until: Date.now() }]);
  }

  /** Gives a locked client a new secret. Returns until when the former one serves. */
  async rotate(session: Session, id: string, digest: Buffer, overlapSeconds: number): Promise<Date> {
    const [row] = await session.rows<{ endsAt: Date }>(ROTATE, [id, digest, overlapSeconds]);
    if (!row) throw new Error('the client was locked and is gone');
    await session.closed([{ door: 'client_secrets_ended', id, until: row.endsAt.getTime() }]);
    return row.endsAt;
  }

  /** Gives a locked client a new secret of test mode. Returns until when the former one serves. */
  async rotateTest(session: Session, id: string, digest: Buffer, overlapSeconds: number): Promise<Date> {
    const [row] = await session.rows<{ endsAt: Date }>(ROTATE_TEST, [id, digest, overlapSeconds]);
    if (!row) throw new Error('nothing was inserted');
    return row.endsAt;
  }

  /** Ends every secret of test mode that a client has. */
  async endTestSecrets(session: Session, id: string): Promise<void> {
    await session.rows(END_SECRETS, [id, true]);
  }

  /** Returns false if the client is unknown or disabled already. */
  async disable(session: Session, clientId: string): Promise<boolean> {
    const { affected } = await session.manager.update(Client, { clientId, disabledAt: IsNull() }, { disabledAt: now });
    if (affected !== 1) return false;
    const { id } = await session.manager.findOneByOrFail(Client, { clientId });
    await session.closed([{ door: 'client_disabled', id }]);
    return true;
  }

  list(): Promise<Client[]> {
    return this.clients.find({ order: { clientId: 'ASC' } });
  }

  find(clientId: string): Promise<Client | null> {
    return this.clients.findOneBy({ clientId });
  }

  secretsOf(clientId: string): Promise<ClientSecret[]> {
    return this.secrets.find({ where: { clientId }, order: { madeAt: 'ASC' } });
  }

  usesOf(clientId: string): Promise<ClientKeyUse[]> {
    return this.uses.findBy({ clientId });
  }
}
