import { Injectable } from '@nestjs/common';
import { Accounts } from '../accounts/accounts.ts';
import type { ProvenSecrets, SignedInAccount } from '../accounts/account.ts';
import { randomId, randomToken } from '../crypto/random.ts';
import { sha256 } from '../crypto/sha256.ts';
import { Database, type Session } from '../database/database.ts';
import { mayMember, MEMBER_ROLES, OPEN_INVITATIONS, type MemberRole } from '../domain/console.ts';
import { Problem } from '../domain/problem.ts';
import { SHOWN_TEXT } from '../http/plain-text.ts';
import { Audit } from '../operator/audit.ts';
import { CALL_CENTRE, WEBSITE } from '../relying-parties/relying-parties.ts';
import { InvitationStore, type ListedInvitation, type SeenInvitation } from './invitation.store.ts';
import { MemberStore, type ListedMember, type MemberChange, type Membership } from './member.store.ts';

/** Bytes of the secret in the link of an invitation. */
const SECRET_BYTES = 32;
/** Characters of the name by which an inviter calls the invited person. */
export const LONGEST_INVITEE = 60;

/** Who does something, for the audit: a member at the console, or an administrator at a terminal. */
export interface Actor {
  login: string;
  address: string;
  reason?: string;
  /** The membership with which a member acts. */
  memberId?: string;
  /** An administrator may leave a client without an owner. */
  isAdministrator?: boolean;
}

/** The people of relying parties: their memberships, and the invitations by which they come. */
@Injectable()
export class Members {
  constructor(
    private readonly database: Database,
    private readonly members: MemberStore,
    private readonly invitations: InvitationStore,
    private readonly accounts: Accounts,
    private readonly audit: Audit,
  ) {}

  /** The clients in use that a person is a member of, by name. */
  memberships(accountId: string): Promise<Membership[]> {
    return this.members.ofAccount(accountId, null);
  }

  /** The membership of one client; undefined for an unknown client, and for one of which the person is no member. */
  async membership(accountId: string, clientId: string): Promise<Membership | undefined> {
    return (await this.members.ofAccount(accountId, clientId))[0];
  }

  /** The members of a client by login. */
  list(client: { id: string }): Promise<ListedMember[]> {
    return this.members.ofClient(client.id);
  }

  /** The invitations of a client that wait, oldest first. */
  invited(client: { id: string }): Promise<ListedInvitation[]> {
    return this.invitations.ofClient(client.id);
  }

  /**
   * Invites a person. Returns the secret of the link, which is stored nowhere. Problems: `invalid_request`, also when too
   * many invitations wait.
   */
  async invite(
    client: { id: string; clientId: string },
    { role, invitee }: { role: string; invitee: string },
    by: Actor,
  ): Promise<string> {
    const [secret, id] = [randomToken(SECRET_BYTES), randomId()];
    const invitation = readInvitation({ role, invitee });
    await this.database.transaction(async (session) => {
      const row = { ...invitation, id, clientId: client.id, digest: sha256(secret), invitedBy: by.login };
      if (!(await this.invitations.add(session, row, by.memberId ?? null)))
        throw refused(`At most ${OPEN_INVITATIONS} invitations can wait. Withdraw one that is not needed.`);
      await this.record(session, by, `invite ${client.clientId}`, `${id}: ${invitation.role}`);
    });
    return secret;
  }

  /** Returns the invitation of a link, while it can be accepted. */
  see(secret: string): Promise<SeenInvitation | undefined> {
    return this.invitations.see(sha256(secret));
  }

  /** Accepts an invitation with an account that the person has. `member`: it is a member already, and the invitation waits. */
  async accept(secret: string, account: SignedInAccount, address: string): Promise<'accepted' | 'member' | 'gone'> {
    const by = { login: account.login, address };
    return this.orUndone(async (session) => this.accepted(session, secret, account.id, by));
  }

  /**
   * Accepts an invitation with a new account. `taken`: the login belongs to another account, and the invitation still
   * waits. Problems: `invalid_request` for a login or a name that no account may have.
   */
  async acceptAnew(
    secret: string,
    account: { login: string; name: string } & ProvenSecrets,
    address: string,
  ): Promise<'accepted' | 'taken' | 'member' | 'gone'> {
    const by = { login: account.login, address };
    return this.orUndone(async (session) => {
      const id = await this.accounts.create(session, { ...account, realm: 'console' });
      return id === undefined ? 'taken' : this.accepted(session, secret, id, by);
    });
  }

  /** Withdraws an invitation that waits. Returns false if there is none. */
  async withdraw(client: { id: string; clientId: string }, id: string, by: Actor): Promise<boolean> {
    return this.database.transaction(async (session) => {
      const isWithdrawn = await this.invitations.withdraw(session, id, client.id);
      if (isWithdrawn) await this.record(session, by, `withdraw-invitation ${client.clientId}`, id);
      return isWithdrawn;
    });
  }

  /** Changes the role of a member. Problems: `invalid_request` for an unknown role. */
  async changeRole(
    client: { id: string; clientId: string },
    member: Pick<ListedMember, 'id' | 'login'>,
    role: string,
    by: Actor,
  ): Promise<MemberChange> {
    const chosen = readRole(role);
    return this.database.transaction(async (session) => {
      const target = { id: member.id, clientId: client.id, by: by.memberId ?? null };
      const change = await this.members.changeRole(session, target, chosen);
      if (change !== 'done') return change;
      if (!mayMember(chosen, 'people')) await this.invitations.withdrawOf(session, client.id, member.login);
      await this.record(session, by, `change-role ${client.clientId}`, `${member.login}: ${chosen}`);
      return change;
    });
  }

  /** Ends a membership, for good and at once. */
  async end(
    client: { id: string; clientId: string },
    member: Pick<ListedMember, 'id' | 'login'>,
    by: Actor,
  ): Promise<MemberChange> {
    return this.database.transaction(async (session) => {
      const target = { id: member.id, clientId: client.id, by: by.memberId ?? null };
      const change = await this.members.end(session, target);
      if (change !== 'done') return change;
      await this.invitations.withdrawOf(session, client.id, member.login);
      await this.record(session, by, `end-member ${client.clientId}`, member.login);
      return change;
    });
  }

  /** Returns a client in use. Problems: `invalid_request` for an unknown or disabled one. */
  async client(clientId: string): Promise<Membership['client']> {
    const isOwn = clientId === WEBSITE.clientId || clientId === CALL_CENTRE.clientId;
    const client = isOwn ? undefined : await this.members.client(clientId);
    if (!client) throw refused(`No client in use has the id ${clientId}. See: npm run client -- list`);
    return client;
  }

  /**
   * Disables an account, ends its sessions and what it invited, for good. Problems: `invalid_request` for a login that is
   * unknown or disabled already.
   */
  async disable(login: string, by: Actor): Promise<void> {
    await this.database.transaction(async (session) => {
      if ((await this.accounts.disable(session, 'console', login)) === undefined)
        throw refused(`No account of the console in use has the login ${login}.`);
      await this.invitations.withdrawOf(session, null, login);
      await this.record(session, by, 'disable', login);
    });
  }

  /** Makes an account of the demonstration a member, unless it is one. */
  async seed(clientId: string, login: string, role: MemberRole): Promise<void> {
    const [client, accounts] = await Promise.all([this.client(clientId), this.accounts.named('console', [login])]);
    const account = accounts.get(login);
    if (!account) throw new Error(`there is no account ${login}`);
    await this.members.add(this.database, { id: randomId(), clientId: client.id, accountId: account.id, role });
  }

  /** Deletes invitations and memberships that ended long ago. */
  async purge(): Promise<boolean> {
    await this.invitations.purge();
    await this.members.purge();
    return false;
  }

  /**
   * Deletes accounts that are members of nothing since long ago, with their sessions. The audit keeps their logins. Returns
   * true if there may be more.
   */
  async purgeAccounts(): Promise<boolean> {
    return this.database.transaction(async (session) => {
      const { ids, more } = await this.members.lockForgotten(session);
      if (ids.length > 0) await this.accounts.remove(session, ids);
      return more && ids.length > 0;
    });
  }

  /** Runs a transaction that takes everything back unless the invitation was accepted. */
  private async orUndone<Outcome>(work: (session: Session) => Promise<Outcome>): Promise<Outcome | 'member' | 'gone'> {
    try {
      return await this.database.transaction(work);
    } catch (error) {
      if (error instanceof NotAccepted) return error.why;
      throw error;
    }
  }

  private async accepted(session: Session, secret: string, accountId: string, by: Actor): Promise<'accepted'> {
    const invitation = await this.invitations.accept(session, sha256(secret));
    if (!invitation) throw new NotAccepted('gone');
    const { id, clientId, publicClientId, role } = invitation;
    const isNew = await this.members.add(session, { id: randomId(), clientId, accountId, role });
    if (!isNew) throw new NotAccepted('member');
    await this.record(session, by, `accept-invitation ${publicClientId}`, `${id}: ${role}`);
    return 'accepted';
  }

  private async record(session: Session, by: Actor, action: string, what: string): Promise<void> {
    const reason = by.reason === undefined ? what : `${what}; ${by.reason}`;
    const operator = by.isAdministrator ? by.login : `console:${by.login}`;
    await this.audit.done(session, { operator, action: `console-${action}`, reason, address: by.address });
  }
}

/** Takes the transaction back in which an invitation was not accepted. */
class NotAccepted extends Error {
  constructor(readonly why: 'member' | 'gone') {
    super(why);
  }
}

/** What an invitation says, checked. Problems: `invalid_request`. */
export function readInvitation({ role, invitee }: { role: string; invitee: string }): {
  role: MemberRole;
  invitee: string;
} {
  const name = invitee.normalize('NFC').trim();
  if (Array.from(name).length > LONGEST_INVITEE || !SHOWN_TEXT.test(name))
    throw refused(`The name must be one line of 1 to ${LONGEST_INVITEE} visible characters.`);
  return { role: readRole(role), invitee: name };
}

function readRole(role: string): MemberRole {
  const chosen = MEMBER_ROLES.find((one) => one === role);
  if (chosen === undefined) throw refused(`The role must be one of ${MEMBER_ROLES.join(', ')}.`);
  return chosen;
}

function refused(detail: string): Problem {
  return new Problem('invalid_request', detail);
}
