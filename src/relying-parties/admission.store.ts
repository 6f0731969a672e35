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
      SELECT id, secret_digest, created_at FROM clients
        WHERE client_id = $1 AND disabled_at IS NULL AND secret_digest IS NOT NULL FOR NO KEY UPDATE
    ), former AS (
      UPDATE client_secrets s SET ends_at = least(s.ends_at, now() + make_interval(secs => $3))
        FROM before b WHERE s.client_id = b.id AND s.digest <> b.secret_digest AND s.ends_at > now()
    ), present AS (
      INSERT INTO client_secrets (client_id, digest, made_at, ends_at)
        SELECT id, secret_digest, created_at, now() + make_interval(secs => $3) FROM before
        ON CONFLICT (client_id, digest) DO UPDATE SET ends_at = excluded.ends_at
    ), next AS (
      INSERT INTO client_secrets (client_id, digest) SELECT id, $2 FROM before
    )
    UPDATE clients c SET secret_digest = $2 FROM before b WHERE c.id = b.id
    RETURNING now() + make_interval(secs => $3) AS "endsAt"`,
);

/** Ends every secret of a client at once. */
const END_SECRETS = statement(
  'client_end_secrets',
  `UPDATE client_secrets SET ends_at = now() WHERE client_id = $1 AND (ends_at IS NULL OR ends_at > now())`,
);

/** Reads and writes registrations of clients. */
@Injectable()
export class AdmissionStore {
  constructor(
    @InjectRepository(Client) private readonly clients: Repository<Client>,
    @InjectRepository(ClientSecret) private readonly secrets: Repository<ClientSecret>,
    @InjectRepository(ClientKeyUse) private readonly uses: Repository<ClientKeyUse>,
  ) {}

  async insert({ manager }: Session, client: Partial<Client> & Pick<Client, 'id'>): Promise<void> {
    await manager.insert(Client, client);
    const { id: clientId, secretDigest: digest } = client;
    if (digest) await manager.insert(ClientSecret, { clientId, digest });
  }

  /** Locks a client until the transaction ends. */
  lock({ manager }: Session, clientId: string): Promise<Client | null> {
    return manager.findOne(Client, { where: { clientId }, lock: { mode: 'for_no_key_update' } });
  }

  /** Changes a locked client. A new secret, or none, ends every one before it. */
  async change(session: Session, id: string, changes: Partial<Client>): Promise<void> {
    const where: FindOptionsWhere<Client> = { id, disabledAt: IsNull() };
    // The repository's own type takes apart the object of a JWKS.
    await session.manager.update(Client, where, changes);
    if (changes.secretDigest === undefined) return;
    await session.rows(END_SECRETS, [id]);
    if (changes.secretDigest) {
      await session.manager.insert(ClientSecret, { clientId: id, digest: changes.secretDigest });
    }
  }

  /** Returns until when the former secret serves, or undefined without a client that has a secret and is in use. */
  async rotate(session: Session, clientId: string, digest: Buffer, overlapSeconds: number): Promise<Date | undefined> {
    const [row] = await session.rows<{ endsAt: Date }>(ROTATE, [clientId, digest, overlapSeconds]);
    return row?.endsAt;
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
