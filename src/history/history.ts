import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { HISTORY_LENGTH, type AuthenticationState, type Channel } from '../domain/authentication.ts';

/** One past authentication as the app shows it to the person. */
export interface HistoryEntry {
  requestedAt: string;
  relyingParty: { name: string };
  purpose: string;
  channel: Channel;
  state: AuthenticationState;
  closedAt: string | null;
  /** The name of the phone that answered. */
  device: string | null;
}

interface HistoryRow {
  requestedAt: Date;
  relyingParty: string;
  purpose: string;
  channel: Channel;
  state: AuthenticationState;
  closedAt: Date | null;
  device: string | null;
}

const LATEST = statement(
  'history_latest',
  `SELECT a.requested_at AS "requestedAt", c.name AS "relyingParty", a.purpose, a.channel,
      CASE WHEN a.closed_at IS NULL AND a.expires_at <= now() THEN 'expired' ELSE a.state END AS state,
      coalesce(a.closed_at, CASE WHEN a.expires_at <= now() THEN a.expires_at END) AS "closedAt",
      d.name AS device
    FROM authentications a JOIN clients c ON c.id = a.client_id LEFT JOIN devices d ON d.id = a.device_id
    WHERE a.subscription_id = $1 ORDER BY a.requested_at DESC LIMIT ${HISTORY_LENGTH}`,
);

const LATEST_OF_DEVICE = statement(
  'history_latest_of_device',
  LATEST.text.replace('WHERE a.subscription_id = $1', 'WHERE a.subscription_id = $1 AND a.device_id = $2'),
);

/** The latest authentications of a subscription. */
@Injectable()
export class History {
  constructor(private readonly database: Database) {}

  /** The last twenty, newest first; with `deviceId`, only those of that device. */
  async latest(subscriptionId: string, deviceId?: string): Promise<HistoryEntry[]> {
    const rows =
      deviceId === undefined
        ? await this.database.rows<HistoryRow>(LATEST, [subscriptionId])
        : await this.database.rows<HistoryRow>(LATEST_OF_DEVICE, [subscriptionId, deviceId]);
    return rows.map((row) => ({
      ...row,
      relyingParty: { name: row.relyingParty },
      requestedAt: row.requestedAt.toISOString(),
      closedAt: row.closedAt?.toISOString() ?? null,
    }));
  }
}
