import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { ClosedDoor } from './closed-door.ts';
import { WRITER_DAYS } from './journal-line.ts';
import { Journal } from './journal.ts';

/** Seconds that a transaction may take until it commits what it dated at its beginning. */
const OVERLAP_SECONDS = 60;

const PERIOD = statement(
  'journal_compare_period',
  `SELECT coalesce(compared_until, now()) - interval '${OVERLAP_SECONDS} seconds' AS since, now() AS until
    FROM journal_mark WHERE is_only`,
);

const COMPARED = statement(
  'journal_compare_done',
  `UPDATE journal_mark SET compared_until = greatest(compared_until, $1) WHERE is_only`,
);

/** A process that wrote no line for so long has ended. */
const PURGE_WRITERS = statement(
  'journal_writers_purge',
  `DELETE FROM journal_writers WHERE seen_at < now() - interval '${WRITER_DAYS} days'`,
);

const DEVICES = statement(
  'journal_compare_devices',
  `SELECT id FROM devices WHERE revoked_at > $1 AND state = 'revoked' AND activated_at IS NOT NULL`,
);

const SUBSCRIPTIONS = statement(
  'journal_compare_subscriptions',
  `SELECT id, link, state, suspensions, reason FROM subscriptions
    WHERE id IN (SELECT subscription_id FROM subscription_links WHERE recorded_at > $1)`,
);

const REGISTRATIONS = statement(
  'journal_compare_registrations',
  `SELECT id FROM registrations WHERE closed_at > $1 AND state = 'revoked'`,
);

const ACCOUNTS = statement('journal_compare_accounts', `SELECT id FROM accounts WHERE disabled_at > $1`);
const CLIENTS = statement('journal_compare_clients', `SELECT id FROM clients WHERE disabled_at > $1`);
const SINK_TOKENS = statement('journal_compare_sink_tokens', `SELECT id FROM sink_tokens WHERE revoked_at > $1`);
const MEMBERS = statement('journal_compare_console_members', `SELECT id FROM console_members WHERE ended_at > $1`);
const INVITATIONS = statement(
  'journal_compare_console_invitations',
  `SELECT id FROM console_invitations WHERE closed_at > $1`,
);
const SECRETS = statement(
  'journal_compare_secrets',
  `SELECT client_id AS id, encode(digest, 'hex') AS digest, floor(extract(epoch FROM ends_at) * 1000)::float8 AS until
    FROM client_secrets WHERE replaced_at > $1`,
);

type Ended = Omit<Extract<ClosedDoor, { door: 'client_secret_ended' }>, 'door'>;
type Moved = Omit<Extract<ClosedDoor, { door: 'subscription' }>, 'door'>;

/**
 * Closes the gap of a process that died between a commit and the journal: what closed since the last comparison, by the
 * times in the tables, is written unless this process wrote it. Another one may have: an entry counts once, however
 * often it is there. Codes and one-time passwords are not compared, because `after-restore` voids them whole; keys that
 * a client lost are not either, because no table keeps them.
 */
@Injectable()
export class MissingDoors {
  constructor(
    private readonly database: Database,
    private readonly journal: Journal,
  ) {}

  async record(): Promise<void> {
    const { database } = this;
    const [period] = await database.rows<{ since: Date; until: Date }>(PERIOD, []);
    if (!period) return;
    const since = [period.since];
    type Row = { id: string };
    const devices = await database.rows<Row>(DEVICES, since);
    const subscriptions = await database.rows<Moved>(SUBSCRIPTIONS, since);
    const registrations = await database.rows<Row>(REGISTRATIONS, since);
    const accounts = await database.rows<Row>(ACCOUNTS, since);
    const clients = await database.rows<Row>(CLIENTS, since);
    const secrets = await database.rows<Ended>(SECRETS, since);
    const sinkTokens = await database.rows<Row>(SINK_TOKENS, since);
    const members = await database.rows<Row>(MEMBERS, since);
    const invitations = await database.rows<Row>(INVITATIONS, since);
    await this.journal.recordMissing([
      ...devices.map(({ id }): ClosedDoor => ({ door: 'device_revoked', id })),
      ...subscriptions.map((moved): ClosedDoor => ({ door: 'subscription', ...moved })),
      ...registrations.map(({ id }): ClosedDoor => ({ door: 'registration_revoked', id })),
      ...accounts.map(({ id }): ClosedDoor => ({ door: 'operator_disabled', id })),
      ...clients.map(({ id }): ClosedDoor => ({ door: 'client_disabled', id })),
      ...secrets.map((ended): ClosedDoor => ({ door: 'client_secret_ended', ...ended })),
      ...sinkTokens.map(({ id }): ClosedDoor => ({ door: 'sink_token_revoked', id })),
      ...members.map(({ id }): ClosedDoor => ({ door: 'console_member_ended', id })),
      ...invitations.map(({ id }): ClosedDoor => ({ door: 'console_invitation_closed', id })),
    ]);
    await database.rows(COMPARED, [period.until]);
    await database.rows(PURGE_WRITERS, []);
  }
}
