import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, type FindOptionsWhere, type Repository } from 'typeorm';
import type { Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { thumbprintOfAddress, thumbprintsOf } from '../crypto/client-jwks.ts';
import type { ClosedDoor } from '../journal/closed-door.ts';
import { Client } from './client.entity.ts';
import { ClientKeyUse } from './client-key-use.entity.ts';
import { ClientSecret } from './client-secret.entity.ts';
import { ClientTestSecret } from './client-test-secret.entity.ts';

const now = () => 'now()';

/** A former secret that had its end already does not get a later one. */
const ROTATE = statement(
  'client_rotate',
  `WITH before AS (
      SELECT id, secret_digest, created_at FROM clients WHERE id = $1
    ), former AS (
      UPDATE client_secrets s SET ends_at = least(s.ends_at, now() + make_interval(secs => $3)), replaced_at = now()
        FROM before b
        WHERE s.client_id = b.id AND s.digest IS DISTINCT FROM b.secret_digest AND s.ends_at > now()
        RETURNING s.digest, s.ends_at
    ), present AS (
      INSERT INTO client_secrets (client_id, digest, made_at, ends_at, replaced_at)
        SELECT id, secret_digest, created_at, now() + make_interval(secs => $3), now() FROM before
          WHERE secret_digest IS NOT NULL
        ON CONFLICT (client_id, digest) DO UPDATE SET ends_at = excluded.ends_at, replaced_at = now()
        RETURNING digest, ends_at
    ), next AS (
      INSERT INTO client_secrets (client_id, digest) SELECT id, $2 FROM before
    ), changed AS (
      UPDATE clients c SET secret_digest = $2 FROM before b WHERE c.id = b.id RETURNING c.id
    )
    SELECT now() + make_interval(secs => $3) AS "endsAt", encode(e.digest, 'hex') AS digest, e.ends_at AS until
      FROM changed LEFT JOIN (SELECT * FROM former UNION ALL SELECT * FROM present) e ON true`,
);

/** The same for the secrets of test mode. */
const ROTATE_TEST = statement(
  'client_rotate_test',
  `WITH former AS (
      UPDATE client_test_secrets SET ends_at = least(coalesce(ends_at, 'infinity'), now() + make_interval(secs => $3))
        WHERE client_id = $1 AND (ends_at IS NULL OR ends_at > now())
    )
    INSERT INTO client_test_secrets (client_id, digest) VALUES ($1, $2)
    RETURNING now() + make_interval(secs => $3) AS "endsAt"`,
);

/** Ends every secret of a client at once. `$2` is the digest of its present one, which may have no row yet. */
const END_SECRETS = statement(
  'client_end_secrets',
  `WITH former AS (
      UPDATE client_secrets SET ends_at = now(), replaced_at = now()
        WHERE client_id = $1 AND digest IS DISTINCT FROM $2 AND ends_at > now() RETURNING digest, ends_at
    ), present AS (
      INSERT INTO client_secrets (client_id, digest, made_at, ends_at, replaced_at)
        SELECT id, $2, created_at, now(), now() FROM clients WHERE id = $1 AND $2::bytea IS NOT NULL
        ON CONFLICT (client_id, digest) DO UPDATE SET ends_at = now(), replaced_at = now()
        RETURNING digest, ends_at
    )
    SELECT encode(digest, 'hex') AS digest, ends_at AS until FROM (SELECT * FROM former UNION ALL SELECT * FROM present) e`,
);

const END_TEST_SECRETS = statement(
  'client_end_test_secrets',
  `UPDATE client_test_secrets SET ends_at = now() WHERE client_id = $1 AND (ends_at IS NULL OR ends_at > now())`,
);

/** A secret that has an end, by its digest in hexadecimal. */
interface EndedSecret {
  digest: string;
  until: Date;
}

/** Reads and writes registrations of clients. */
@Injectable()
export class AdmissionStore {
  constructor(
    @InjectRepository(Client) private readonly clients: Repository<Client>,
    @InjectRepository(ClientSecret) private readonly secrets: Repository<ClientSecret>,
    @InjectRepository(ClientTestSecret) private readonly testSecrets: Repository<ClientTestSecret>,
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
    if (testDigest) await manager.insert(ClientTestSecret, { clientId, digest: testDigest });
  }

  /** Locks a client until the transaction ends. */
  lock({ manager }: Session, clientId: string): Promise<Client | null> {
    return manager.findOne(Client, { where: { clientId }, lock: { mode: 'for_no_key_update' } });
  }

  /** Changes a locked client. A new secret, or none, ends every one before it; new keys, or none, those before them. */
  async change(session: Session, before: Client, changes: Partial<Client>): Promise<void> {
    const { id, jwks, jwksUri, secretDigest } = before;
    const where: FindOptionsWhere<Client> = { id, disabledAt: IsNull() };
    // The repository's own type takes apart the object of a JWKS.
    await session.manager.update(Client, where, changes);
    if (changes.jwks !== undefined) await session.closed(await endedKeys(id, jwks, changes.jwks));
    if (jwksUri !== null && changes.jwksUri !== undefined && changes.jwksUri !== jwksUri)
      await session.closed([{ door: 'client_key_ended', id, thumbprint: thumbprintOfAddress(jwksUri) }]);
    if (changes.secretDigest === undefined) return;
    const ended = await session.rows<EndedSecret>(END_SECRETS, [id, secretDigest]);
    if (changes.secretDigest) {
      await session.manager.insert(ClientSecret, { clientId: id, digest: changes.secretDigest });
    }
    await session.closed(endedSecrets(id, ended));
  }

  /** Gives a locked client a new secret. Returns until when the former one serves. */
  async rotate(session: Session, id: string, digest: Buffer, overlapSeconds: number): Promise<Date> {
    type Row = { endsAt: Date } & { [Name in keyof EndedSecret]: EndedSecret[Name] | null };
    const rows = await session.rows<Row>(ROTATE, [id, digest, overlapSeconds]);
    const [row] = rows;
    if (!row) throw new Error('the client was locked and is gone');
    const ended = rows.flatMap(({ digest: former, until }) => (former && until ? [{ digest: former, until }] : []));
    await session.closed(endedSecrets(id, ended));
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
    await session.rows(END_TEST_SECRETS, [id]);
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

  testSecretsOf(clientId: string): Promise<ClientTestSecret[]> {
    return this.testSecrets.find({ where: { clientId }, order: { madeAt: 'ASC' } });
  }

  usesOf(clientId: string): Promise<ClientKeyUse[]> {
    return this.uses.findBy({ clientId });
  }
}

function endedSecrets(id: string, ended: readonly EndedSecret[]): ClosedDoor[] {
  return ended.map(({ digest, until }) => ({ door: 'client_secret_ended', id, digest, until: until.getTime() }));
}

/** The keys that a change takes away. */
async function endedKeys(id: string, before: object | null, after: object | null): Promise<ClosedDoor[]> {
  const [former, next] = await Promise.all([thumbprintsOf(before ?? {}), thumbprintsOf(after ?? {})]);
  const kept = new Set(next.map(({ thumbprint }) => thumbprint));
  const ended = former.filter(({ thumbprint }) => !kept.has(thumbprint));
  return ended.map(({ thumbprint }) => ({ door: 'client_key_ended', id, thumbprint }));
}
