import type pg from 'pg';
import type { ServiceKeys } from '../../../src/crypto/service-keys.ts';
import type { Sql } from './sql.ts';

/** Looks for personal data in every table, and moves what has a retention into the past. */
export class PersonalDataRows {
  constructor(
    private readonly sql: Sql,
    private readonly pool: pg.Pool,
  ) {}

  /** The tables in whose rows one of the texts stands, in plain form or as the bytes of a binary column. */
  async tracesOf(...texts: string[]): Promise<string[]> {
    const wanted = texts.flatMap((text) => [text, Buffer.from(text).toString('hex')]);
    const found = (await this.tables()).map(async (name) => {
      const holds = 'EXISTS (SELECT 1 FROM unnest($1::text[]) w WHERE strpos(t::text, w) > 0)';
      const rows = await this.sql(`SELECT 1 FROM "${name}" t WHERE ${holds} LIMIT 1`, [wanted]);
      return rows.length > 0 ? [name] : [];
    });
    return (await Promise.all(found)).flat();
  }

  /** How many authentications of a subscription and by SMS on its line there are, and how many of them still have the texts that they showed. */
  async authenticationsOf(subscriptionId: string): Promise<{ all: number; withTexts: number } | undefined> {
    const rows = await this.sql<{ all: number; withTexts: number }>(
      `SELECT count(*)::int AS "all", count(*) FILTER (WHERE texts IS NOT NULL OR purpose <> '')::int AS "withTexts"
       FROM authentications WHERE subscription_id = $1
         OR subscription_id IS NULL AND line_id = (SELECT line_id FROM subscriptions WHERE id = $1)`,
      [subscriptionId],
    );
    return rows[0];
  }

  /**
   * The tables in whose rows one of the texts stands as a whole word, or as the bytes of a binary column. For short texts,
   * such as six digits, that may be a part of an id or of a time by chance.
   */
  async tracesOfWords(...words: string[]): Promise<string[]> {
    const found = (await this.tables()).map(async (name) => {
      const rows = await this.sql(
        `SELECT 1 FROM "${name}" t WHERE EXISTS (SELECT 1 FROM unnest($1::text[], $2::text[]) w (word, bytes)
           WHERE strpos(t::text, w.bytes) > 0 OR t::text ~ ('(^|[^0-9A-Za-z.])' || w.word || '([^0-9A-Za-z]|$)')) LIMIT 1`,
        [words, words.map((word) => Buffer.from(word).toString('hex'))],
      );
      return rows.length > 0 ? [name] : [];
    });
    return (await Promise.all(found)).flat();
  }

  /** Stores what belongs to a device in the form of an older version: a plain name, secrets bound to their rows alone. */
  async storeDeviceAsBefore(
    { fields, devices }: ServiceKeys,
    deviceId: string,
    bond: string,
    name: string,
  ): Promise<void> {
    const [row] = await this.sql<{ k: Buffer; token: Buffer; au: string; secret: Buffer }>(
      `SELECT d.knowledge_key AS k, d.push_token AS token, au.id AS au, au.secret
       FROM devices d JOIN authenticators au ON au.device_id = d.id WHERE d.id = $1`,
      [deviceId],
    );
    const { k, token, au, secret } = row!;
    const places = { knowledge: 'devices:knowledge_key', push: 'devices:push_token' } as const;
    await this.sql(
      'UPDATE devices SET name = $2, name_cipher = NULL, knowledge_key = $3, push_token = $4 WHERE id = $1',
      [
        deviceId,
        name,
        fields.encrypt(devices.decryptBound(places.knowledge, k, bond)!, `${places.knowledge}:${deviceId}`),
        fields.encrypt(devices.decryptBound(places.push, token, bond)!, `${places.push}:${deviceId}`),
      ],
    );
    const place = `authenticators:secret:${au}` as const;
    const older = fields.encrypt(devices.decryptBound(place, secret, bond)!, place);
    await this.sql('UPDATE authenticators SET secret = $2 WHERE id = $1', [au, older]);
  }

  /** Stores the purpose of an authentication in plain form, as an older version did. */
  storePurposeAsBefore(authenticationId: string, purpose: string): Promise<unknown> {
    return this.sql('UPDATE authentications SET purpose = $2, texts = NULL WHERE id = $1', [authenticationId, purpose]);
  }

  /** Tells if a device still has a name, a push token or a knowledge key. */
  async isKept(deviceId: string): Promise<boolean> {
    const [row] = await this.sql<{ kept: boolean }>(
      'SELECT num_nonnulls(name, name_cipher, push_token, knowledge_key) > 0 AS kept FROM devices WHERE id = $1',
      [deviceId],
    );
    return row!.kept;
  }

  /** The digest of a device's push token. */
  async pushDigestOf(deviceId: string): Promise<Buffer | null> {
    const [row] = await this.sql<{ digest: Buffer | null }>(
      'SELECT push_token_digest AS digest FROM devices WHERE id = $1',
      [deviceId],
    );
    return row!.digest;
  }

  /** Moves the revocation of a device into the past. */
  ageRevocation(deviceId: string, hours: number): Promise<unknown> {
    return this.sql('UPDATE devices SET revoked_at = now() - make_interval(hours => $2) WHERE id = $1', [
      deviceId,
      hours,
    ]);
  }

  /** Moves the end of a device test into the past. */
  ageTest(deviceId: string, hours: number): Promise<unknown> {
    return this.sql('UPDATE devices SET test_expires_at = now() - make_interval(hours => $2) WHERE id = $1', [
      deviceId,
      hours,
    ]);
  }

  /** Records the consent of a subscriber as an earlier release does, in one row for both required documents. */
  agree(subscriptionId: string): Promise<unknown> {
    return this.sql(`INSERT INTO consents (subscription_id, terms, locale) VALUES ($1, '2026-11', 'ko')`, [
      subscriptionId,
    ]);
  }

  /** Charges a subscription for a month, which is closed with it. */
  async charge(subscriptionId: string, month: string): Promise<void> {
    await this.sql('INSERT INTO closed_months (month, monthly_fee) VALUES ($1, 1100) ON CONFLICT DO NOTHING', [month]);
    await this.sql(
      'INSERT INTO charges (charged_in, subscription_id, month, days, amount, monthly_fee) VALUES ($2, $1, $2, 1, 1, 1100)',
      [subscriptionId, month],
    );
  }

  /** Moves a subscription, and the last news of its line, into the past. */
  async age(subscriptionId: string, days: number): Promise<void> {
    await this.sql(
      `UPDATE subscriptions SET since = now() - make_interval(days => $2), created_at = now() - make_interval(days => $2 + 1)
       WHERE id = $1`,
      [subscriptionId, days],
    );
    await this.sql(
      `UPDATE lines SET updated_at = now() - make_interval(days => $2)
       WHERE id = (SELECT line_id FROM subscriptions WHERE id = $1)`,
      [subscriptionId, days],
    );
  }

  /** Moves the last news of a line into the past. */
  ageLine(lineId: string, days: number): Promise<unknown> {
    return this.sql('UPDATE lines SET updated_at = now() - make_interval(days => $2) WHERE id = $1', [lineId, days]);
  }

  /** Runs `work` while no process can close a month. */
  async withoutClosing(work: () => Promise<void>): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query(`SELECT pg_advisory_lock(hashtextextended('recurring task close months', 0))`);
      await client.query('DELETE FROM charges');
      await client.query('DELETE FROM closed_months');
      await work();
    } finally {
      client.release(true);
    }
  }

  private async tables(): Promise<string[]> {
    const rows = await this.sql<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname`,
    );
    return rows.map(({ name }) => name);
  }
}
