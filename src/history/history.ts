import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { HISTORY_LENGTH, type AuthenticationState, type Channel } from '../domain/authentication.ts';

/** One past authentication as the app shows it to the person. */
export interface HistoryEntry {
  id: string;
  requestedAt: string;
  relyingParty: { name: string };
  purpose: string;
  channel: Channel;
  state: AuthenticationState;
  closedAt: string | null;
  /** The name of the phone that answered. */
  device: string | null;
  /** `not_me`: the person said that it was not them. Left out while there is none. */
  flags?: HistoryFlag[];
}

export type HistoryFlag = 'not_me';

interface HistoryRow {
  id: string;
  requestedAt: Date;
  relyingParty: string;
  purpose: string | null;
  texts: Buffer | null;
  channel: Channel;
  state: AuthenticationState;
  closedAt: Date | null;
  deviceId: string | null;
  deviceName: string | null;
  deviceNameCipher: Buffer | null;
  notMe: boolean;
}

/** Those of the last $2 days: a month of older ones is dropped as a whole, so some are still there. */
const LATEST = statement(
  'history_latest',
  `SELECT a.id, a.requested_at AS "requestedAt", c.name AS "relyingParty", a.purpose, a.texts, a.channel,
      CASE WHEN a.closed_at IS NULL AND a.expires_at <= now() THEN 'expired' ELSE a.state END AS state,
      coalesce(a.closed_at, CASE WHEN a.expires_at <= now() THEN a.expires_at END) AS "closedAt",
      a.not_me_at IS NOT NULL OR a.decline_reason IS NOT DISTINCT FROM 'not_me' AS "notMe",
      d.id AS "deviceId", d.name AS "deviceName", d.name_cipher AS "deviceNameCipher"
    FROM authentication_records a JOIN clients c ON c.id = a.client_id LEFT JOIN devices d ON d.id = a.device_id
    WHERE a.subscription_id = $1 AND a.requested_at >= now() - make_interval(days => $2)
    ORDER BY a.requested_at DESC LIMIT ${HISTORY_LENGTH}`,
);

/** The maximum number of authentications that a person is given about themselves at once. */
const MOST = 5_000;

const ALL = statement('history_all', LATEST.text.replace(`LIMIT ${HISTORY_LENGTH}`, `LIMIT ${MOST}`));

const LATEST_OF_DEVICE = statement(
  'history_latest_of_device',
  LATEST.text.replace('WHERE a.subscription_id = $1', 'WHERE a.subscription_id = $1 AND a.device_id = $3'),
);

const HELD = statement(
  'history_held',
  `SELECT count(*)::int AS count FROM authentication_records
    WHERE subscription_id = $1 AND held AND requested_at > now() - interval '1 hour'`,
);

/** The latest authentications of a subscription. */
@Injectable()
export class History {
  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
    private readonly environment: Environment,
  ) {}

  /** The last twenty, newest first; with `deviceId`, only those of that device. */
  async latest(subscriptionId: string, deviceId?: string): Promise<HistoryEntry[]> {
    const { HISTORY_DAYS } = this.environment;
    const rows =
      deviceId === undefined
        ? await this.database.olderRows<HistoryRow>(LATEST, [subscriptionId, HISTORY_DAYS])
        : await this.database.olderRows<HistoryRow>(LATEST_OF_DEVICE, [subscriptionId, HISTORY_DAYS, deviceId]);
    return this.shown(rows);
  }

  /** All that are kept of a subscription, newest first. */
  async all(subscriptionId: string): Promise<HistoryEntry[]> {
    return this.shown(await this.database.olderRows<HistoryRow>(ALL, [subscriptionId, this.environment.HISTORY_DAYS]));
  }

  private shown(rows: readonly HistoryRow[]): HistoryEntry[] {
    const { fields } = this.keys;
    return rows.map(({ id, deviceId, ...row }) => ({
      id,
      requestedAt: row.requestedAt.toISOString(),
      relyingParty: { name: row.relyingParty },
      purpose: this.purposeOf(id, row),
      channel: row.channel,
      state: row.state,
      closedAt: row.closedAt?.toISOString() ?? null,
      // The name of a phone that was revoked long ago is erased.
      device: fields.readText(row.deviceNameCipher, row.deviceName, `devices:name:${deviceId}`) || null,
      ...(row.notMe && { flags: ['not_me' as const] }),
    }));
  }

  /** How many starts of the last hour rang no phone, because of a limit or of an answer that it was not the person. */
  async heldLately(subscriptionId: string): Promise<number> {
    return (await this.database.olderRows<{ count: number }>(HELD, [subscriptionId]))[0]?.count ?? 0;
  }

  /** A row of an older version holds the purpose in plain form. */
  private purposeOf(id: string, { texts, purpose }: Pick<HistoryRow, 'texts' | 'purpose'>): string {
    if (!texts) return purpose ?? '';
    const json = this.keys.fields.decrypt(texts, `authentications:texts:${id}`).toString('utf8');
    return (JSON.parse(json) as { purpose: string }).purpose;
  }
}
