import { Injectable } from '@nestjs/common';
import { randomId } from '../crypto/random.ts';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { ACCOUNT_KEPT_DAYS, type MemberRole } from '../domain/console.ts';
import type { Account } from '../accounts/account.entity.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import type { ConsoleMember } from './console-member.entity.ts';

/** A client that a person is a member of. */
export type Membership = Pick<ConsoleMember, 'id' | 'role'> & {
  client: Pick<Client, 'id' | 'clientId' | 'name'>;
};
/** A member of a client, as the other members see the person. */
export type ListedMember = Pick<ConsoleMember, 'id' | 'role' | 'since'> & Pick<Account, 'login' | 'name'>;

/** What became of a change: it was made, there is no such member, or the client would be without an owner. */
export type MemberChange = 'done' | 'unknown' | 'last_owner';

const OF_ACCOUNT = statement(
  'console_memberships',
  `SELECT m.id, m.role, json_build_object('id', c.id, 'clientId', c.client_id, 'name', c.name) AS client
    FROM console_members m JOIN clients c ON c.id = m.client_id
    WHERE m.account_id = $1 AND m.ended_at IS NULL AND c.disabled_at IS NULL AND ($2::text IS NULL OR c.client_id = $2)
    ORDER BY c.name, c.client_id`,
);

const OF_CLIENT = statement(
  'console_members_of',
  `SELECT m.id, m.role, m.since, a.login, a.name FROM console_members m JOIN accounts a ON a.id = m.account_id
    WHERE m.client_id = $1 AND m.ended_at IS NULL AND a.disabled_at IS NULL ORDER BY a.login`,
);

/** A member who accepts another invitation keeps the present role: an owner changes it. */
const ADD = statement(
  'console_member_add',
  `INSERT INTO console_members (id, client_id, account_id, role) VALUES ($1, $2, $3, $4)
    ON CONFLICT (account_id, client_id) WHERE ended_at IS NULL DO NOTHING RETURNING id`,
);

/**
 * SQL: the owners of the client `$2` whose accounts serve, locked, so that two changes at once cannot leave it without one.
 * A waiting statement sees them as the first one left them.
 */
const OWNERS = `owners AS MATERIALIZED (
      SELECT m.id FROM console_members m JOIN accounts a ON a.id = m.account_id
      WHERE m.client_id = $2 AND m.role = 'owner' AND m.ended_at IS NULL AND a.disabled_at IS NULL
      ORDER BY m.id FOR UPDATE OF m
    )`;
/**
 * SQL: the row, and whether it may stop to be an owner. `$3` is the membership of the owner who acts, and must be one still;
 * null for an administrator, who may end the last one.
 */
const TARGET = `target AS MATERIALIZED (
      SELECT m.id, $3::uuid IS NULL OR m.role <> 'owner' OR EXISTS (SELECT 1 FROM owners WHERE owners.id <> m.id) AS may
      FROM console_members m WHERE m.id = $1 AND m.client_id = $2 AND m.ended_at IS NULL
        AND ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM owners WHERE owners.id = $3)) FOR UPDATE OF m
    )`;

/**
 * Ends the membership and begins one with the other role, so that the journal knows what ended: a restored database must not
 * give a person a role back that was taken away.
 */
const CHANGE_ROLE = statement(
  'console_member_change_role',
  `WITH ${OWNERS}, ${TARGET}, ended AS (
      UPDATE console_members m SET ended_at = now() FROM target t
      WHERE m.id = t.id AND (t.may OR $4 = 'owner') RETURNING m.client_id, m.account_id, m.since
    ), changed AS (
      INSERT INTO console_members (id, client_id, account_id, role, since)
      SELECT $5, client_id, account_id, $4, since FROM ended RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM target) AS "isThere", EXISTS (SELECT 1 FROM changed) AS "isDone"`,
);

const END = statement(
  'console_member_end',
  `WITH ${OWNERS}, ${TARGET}, changed AS (
      UPDATE console_members m SET ended_at = now() FROM target t WHERE m.id = t.id AND t.may RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM target) AS "isThere", EXISTS (SELECT 1 FROM changed) AS "isDone"`,
);

const CLIENT = statement(
  'console_client',
  `SELECT id, client_id AS "clientId", name FROM clients WHERE client_id = $1 AND disabled_at IS NULL`,
);

/** Days for which ended memberships are kept; the audit has them for longer. */
const KEPT_DAYS = 400;

/** Accounts that one run of the purge looks at. */
const FORGOTTEN_AT_ONCE = 100;

/** SQL: the account `a` is a member of nothing since long ago, or disabled since then. */
const FORGOTTEN = `a.realm = 'console' AND (
      a.disabled_at < now() - interval '${ACCOUNT_KEPT_DAYS} days'
      OR a.created_at < now() - interval '${ACCOUNT_KEPT_DAYS} days' AND NOT EXISTS (
        SELECT 1 FROM console_members m WHERE m.account_id = a.id
          AND (m.ended_at IS NULL OR m.ended_at >= now() - interval '${ACCOUNT_KEPT_DAYS} days')))`;

/** Leaves out accounts whose row is locked: their owner is accepting an invitation or signing in. */
const LOCK_FORGOTTEN = statement(
  'console_forgotten_lock',
  `SELECT a.id FROM accounts a WHERE ${FORGOTTEN} ORDER BY a.id LIMIT ${FORGOTTEN_AT_ONCE} FOR UPDATE SKIP LOCKED`,
);

/** Sees what was committed before the lock: a membership may have begun after the first statement looked. */
const STILL_FORGOTTEN = statement(
  'console_forgotten',
  `SELECT a.id FROM accounts a WHERE a.id = ANY($1::uuid[]) AND ${FORGOTTEN}`,
);

const PURGE = statement(
  'console_member_purge',
  `DELETE FROM console_members WHERE ended_at < now() - interval '${KEPT_DAYS} days'`,
);

type Changed = { isThere: boolean; isDone: boolean };

/** The table of memberships. */
@Injectable()
export class MemberStore {
  constructor(private readonly database: Database) {}

  /** The clients in use that a person is a member of: all, or the one with this public id. */
  async ofAccount(accountId: string, clientId: string | null): Promise<Membership[]> {
    return this.database.rows<Membership>(OF_ACCOUNT, [accountId, clientId]);
  }

  /** A client in use. */
  async client(clientId: string): Promise<Membership['client'] | undefined> {
    return (await this.database.rows<Membership['client']>(CLIENT, [clientId]))[0];
  }

  async ofClient(clientId: string): Promise<ListedMember[]> {
    return this.database.rows<ListedMember>(OF_CLIENT, [clientId]);
  }

  /** Returns false for a person who is a member already. */
  async add(
    session: Session,
    { id, clientId, accountId, role }: Pick<ConsoleMember, 'id' | 'clientId' | 'accountId' | 'role'>,
  ): Promise<boolean> {
    return (await session.rows(ADD, [id, clientId, accountId, role])).length === 1;
  }

  async purge(): Promise<void> {
    await this.database.changed(PURGE, []);
  }

  /**
   * Locks accounts that are members of nothing since long ago and returns their ids; `more` if there may be others.
   */
  async lockForgotten(session: Session): Promise<{ ids: string[]; more: boolean }> {
    const locked = await session.rows<{ id: string }>(LOCK_FORGOTTEN, []);
    const forgotten = await session.rows<{ id: string }>(STILL_FORGOTTEN, [locked.map(({ id }) => id)]);
    return { ids: forgotten.map(({ id }) => id), more: locked.length === FORGOTTEN_AT_ONCE };
  }

  async changeRole(
    session: Session,
    member: { id: string; clientId: string; by: string | null },
    role: MemberRole,
  ): Promise<MemberChange> {
    const values = [member.id, member.clientId, member.by, role, randomId()];
    const change = changeOf((await session.rows<Changed>(CHANGE_ROLE, values))[0]);
    if (change === 'done') await session.closed([{ door: 'console_member_ended', id: member.id }]);
    return change;
  }

  async end(session: Session, member: { id: string; clientId: string; by: string | null }): Promise<MemberChange> {
    const values = [member.id, member.clientId, member.by];
    const change = changeOf((await session.rows<Changed>(END, values))[0]);
    if (change === 'done') await session.closed([{ door: 'console_member_ended', id: member.id }]);
    return change;
  }
}

function changeOf(row: Changed | undefined): MemberChange {
  if (!row?.isThere) return 'unknown';
  return row.isDone ? 'done' : 'last_owner';
}
