import { Injectable } from '@nestjs/common';
import { Database, type Session } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { INVITATION_DAYS, OPEN_INVITATIONS } from '../domain/console.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import type { ConsoleInvitation } from './console-invitation.entity.ts';

/** An invitation that waits. */
export type ListedInvitation = Pick<
  ConsoleInvitation,
  'id' | 'role' | 'invitee' | 'invitedBy' | 'createdAt' | 'expiresAt'
>;
/** An invitation as the invited person sees it. */
export type SeenInvitation = Pick<ConsoleInvitation, 'id' | 'role' | 'invitee' | 'expiresAt'> & {
  client: Pick<Client, 'id' | 'clientId' | 'name'>;
};

/** Days for which the purge keeps those that were closed or that expired. */
const KEPT_DAYS = 30;

const WAITS = 'i.closed_at IS NULL AND i.expires_at > now()';

/** Two at once must not exceed the limit: the second one counts when the first one has ended. */
const LOCK_CLIENT = statement('console_client_lock', 'SELECT 1 FROM clients WHERE id = $1 FOR NO KEY UPDATE');

/** Under the lock of the inviter's row, so that nothing is left of an owner who is ended at the same time. `$7` is null for an administrator. */
const ADD = statement(
  'console_invitation_add',
  `WITH inviter AS MATERIALIZED (
      SELECT m.id FROM console_members m WHERE m.id = $7 AND m.role = 'owner' AND m.ended_at IS NULL FOR SHARE
    )
    INSERT INTO console_invitations (id, client_id, role, invitee, digest, invited_by, expires_at)
    SELECT $1, $2, $3, $4, $5, $6, now() + interval '${INVITATION_DAYS} days'
    WHERE (SELECT count(*) FROM console_invitations i WHERE i.client_id = $2 AND ${WAITS}) < ${OPEN_INVITATIONS}
      AND ($7::uuid IS NULL OR EXISTS (SELECT 1 FROM inviter))
    RETURNING id`,
);

const OF_CLIENT = statement(
  'console_invitations_of',
  `SELECT i.id, i.role, i.invitee, i.invited_by AS "invitedBy", i.created_at AS "createdAt", i.expires_at AS "expiresAt"
    FROM console_invitations i WHERE i.client_id = $1 AND ${WAITS} ORDER BY i.created_at, i.id`,
);

const BY_DIGEST = statement(
  'console_invitation_seen',
  `SELECT i.id, i.role, i.invitee, i.expires_at AS "expiresAt",
      json_build_object('id', c.id, 'clientId', c.client_id, 'name', c.name) AS client
    FROM console_invitations i JOIN clients c ON c.id = i.client_id
    WHERE i.digest = $1 AND ${WAITS} AND c.disabled_at IS NULL`,
);

const ACCEPT = statement(
  'console_invitation_accept',
  `UPDATE console_invitations i SET closed_at = now(), closed_as = 'accepted' FROM clients c
    WHERE i.digest = $1 AND ${WAITS} AND c.id = i.client_id AND c.disabled_at IS NULL
    RETURNING i.id, i.client_id AS "clientId", c.client_id AS "publicClientId", i.role`,
);

const WITHDRAW = statement(
  'console_invitation_withdraw',
  `UPDATE console_invitations i SET closed_at = now(), closed_as = 'withdrawn'
    WHERE i.id = $1 AND i.client_id = $2 AND ${WAITS} RETURNING i.id`,
);

/** A person who may invite no more must not come back by a link made before. */
const WITHDRAW_OF = statement(
  'console_invitation_withdraw_of',
  `UPDATE console_invitations i SET closed_at = now(), closed_as = 'withdrawn'
    WHERE ($1::uuid IS NULL OR i.client_id = $1) AND i.invited_by = $2 AND i.closed_at IS NULL RETURNING i.id`,
);

const PURGE = statement(
  'console_invitation_purge',
  `DELETE FROM console_invitations WHERE expires_at < now() - interval '${KEPT_DAYS} days'`,
);

export type AcceptedInvitation = Pick<ConsoleInvitation, 'id' | 'clientId' | 'role'> & { publicClientId: string };

/** The table of invitations. */
@Injectable()
export class InvitationStore {
  constructor(private readonly database: Database) {}

  /** Returns false where as many as permitted wait already, and where the inviter is no owner any more. */
  async add(
    session: Session,
    invitation: Pick<ConsoleInvitation, 'id' | 'clientId' | 'role' | 'invitee' | 'digest' | 'invitedBy'>,
    inviterId: string | null,
  ): Promise<boolean> {
    const { id, clientId, role, invitee, digest, invitedBy } = invitation;
    await session.rows(LOCK_CLIENT, [clientId]);
    return (await session.rows(ADD, [id, clientId, role, invitee, digest, invitedBy, inviterId])).length === 1;
  }

  async ofClient(clientId: string): Promise<ListedInvitation[]> {
    return this.database.rows<ListedInvitation>(OF_CLIENT, [clientId]);
  }

  /** Returns an invitation that waits. */
  async see(digest: Buffer): Promise<SeenInvitation | undefined> {
    return (await this.database.rows<SeenInvitation>(BY_DIGEST, [digest]))[0];
  }

  /** Closes an invitation that waits as accepted. Of two at the same time, one gets it. */
  async accept(session: Session, digest: Buffer): Promise<AcceptedInvitation | undefined> {
    const [accepted] = await session.rows<AcceptedInvitation>(ACCEPT, [digest]);
    if (accepted) await session.closed([{ door: 'console_invitation_closed', id: accepted.id }]);
    return accepted;
  }

  /** Returns false if none with this id waits. */
  async withdraw(session: Session, id: string, clientId: string): Promise<boolean> {
    const isWithdrawn = (await session.rows(WITHDRAW, [id, clientId])).length === 1;
    if (isWithdrawn) await session.closed([{ door: 'console_invitation_closed', id }]);
    return isWithdrawn;
  }

  /** Withdraws what a person invited: at one client, or everywhere. */
  async withdrawOf(session: Session, clientId: string | null, invitedBy: string): Promise<void> {
    const withdrawn = await session.rows<{ id: string }>(WITHDRAW_OF, [clientId, invitedBy]);
    await session.closed(withdrawn.map(({ id }) => ({ door: 'console_invitation_closed', id })));
  }

  async purge(): Promise<void> {
    await this.database.changed(PURGE, []);
  }
}
