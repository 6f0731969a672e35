import { randomUUID } from 'node:crypto';
import type { Sql } from './sql.ts';

export interface SubscriptionRow {
  state: string;
  reason: string | null;
  suspensions: string[];
}

export interface TransitionRow {
  change: string;
  reason: string | null;
  actor: string;
  actor_id: string | null;
  event_id: string | null;
}

/** Reads and changes subscriptions, their transitions, enrolment codes and consents. */
export class SubscriptionRows {
  constructor(private readonly sql: Sql) {}

  async of(id: string): Promise<SubscriptionRow | undefined> {
    const [row] = await this.sql<SubscriptionRow>(
      'SELECT state, reason, suspensions FROM subscriptions WHERE id = $1',
      [id],
    );
    return row;
  }

  /** Moves the objection to a report of loss into the past. */
  ageObjection(id: string, hours: number): Promise<unknown> {
    return this.sql(
      'UPDATE subscriptions SET loss_objected_at = loss_objected_at - make_interval(hours => $2) WHERE id = $1',
      [id, hours],
    );
  }

  /** Moves the enrolment of a subscription's phone into the past. */
  ageEnrolment(id: string, hours: number): Promise<unknown> {
    return this.sql(
      `UPDATE subscriptions SET unconfirmed_enrolment_at = unconfirmed_enrolment_at - make_interval(hours => $2)
       WHERE id = $1`,
      [id, hours],
    );
  }

  /** Moves the last unlocking of a subscription's PIN into the past. */
  ageUnlocking(id: string, hours: number): Promise<unknown> {
    return this.sql(
      'UPDATE subscriptions SET pin_unlocked_at = pin_unlocked_at - make_interval(hours => $2) WHERE id = $1',
      [id, hours],
    );
  }

  /** The newest subscription of a line. */
  async newestOf(lineId: string): Promise<{ state: string; reason: string | null } | undefined> {
    const [row] = await this.sql<{ state: string; reason: string | null }>(
      'SELECT state, reason FROM subscriptions WHERE line_id = $1 ORDER BY created_at DESC LIMIT 1',
      [lineId],
    );
    return row;
  }

  /** The id of a line's subscription that is not cancelled. */
  async currentOf(lineId: string): Promise<string | undefined> {
    const [row] = await this.sql<{ id: string }>(
      `SELECT id FROM subscriptions WHERE line_id = $1 AND state <> 'cancelled'`,
      [lineId],
    );
    return row?.id;
  }

  /** The state of the newest subscription of a line. */
  async stateOn(lineId: string): Promise<string | undefined> {
    const sql = 'SELECT state FROM subscriptions WHERE line_id = $1 ORDER BY created_at DESC LIMIT 1';
    return (await this.sql<{ state: string }>(sql, [lineId]))[0]?.state;
  }

  async lineOf(id: string): Promise<string> {
    const [row] = await this.sql<{ line_id: string }>('SELECT line_id FROM subscriptions WHERE id = $1', [id]);
    return row!.line_id;
  }

  /** The transitions of a subscription, oldest first. */
  transitionsOf(id: string): Promise<TransitionRow[]> {
    return this.sql(
      `SELECT change, reason, actor, actor_id, event_id FROM subscription_links WHERE subscription_id = $1
       ORDER BY number`,
      [id],
    );
  }

  /** The state of a subscription, and its newest transition. */
  async standingOf(id: string): Promise<object | undefined> {
    const [row] = await this.sql(
      `SELECT s.state, s.reason, l.change, l.actor FROM subscriptions s
         JOIN subscription_links l ON l.subscription_id = s.id AND l.number = s.link WHERE s.id = $1`,
      [id],
    );
    return row;
  }

  /** For each suspension, whether its effective time is no later than the time at which it was recorded. */
  async suspensionsInThePast(id: string): Promise<boolean[]> {
    const rows = await this.sql<{ past: boolean }>(
      `SELECT at <= recorded_at AS past FROM subscription_links WHERE subscription_id = $1 AND change = 'suspended'`,
      [id],
    );
    return rows.map(({ past }) => past);
  }

  /** Activates a subscription that waits for its first device. */
  activate(id: string): Promise<unknown> {
    return this.sql(
      `WITH moved AS (UPDATE subscriptions SET state = 'active', link = 2, protected_since = now() WHERE id = $1 RETURNING id)
       INSERT INTO subscription_links (subscription_id, number, previous, from_state, to_state, change, actor, actor_id, at)
       SELECT id, 2, 1, 'awaiting_device', 'active', 'device_activated', 'customer', NULL, now() FROM moved`,
      [id],
    );
  }

  /** Adds a subscription with these states, each from the given time; returns its id. */
  async addWithHistory(lineId: string, history: readonly { state: string; at: string }[]): Promise<string> {
    const id = randomUUID();
    const [first, last] = [history[0]!, history.at(-1)!];
    await this.sql(
      `WITH subscription AS (
         INSERT INTO subscriptions (id, line_id, state, link, protected_since, created_at, since, suspensions, reason)
         VALUES ($1, $2, $3, $4, now(), $5, $6, CASE $3 WHEN 'suspended' THEN ARRAY['line_suspended'] ELSE '{}' END,
           CASE $3 WHEN 'suspended' THEN 'line_suspended' WHEN 'cancelled' THEN 'website' END)
       )
       INSERT INTO subscription_links (subscription_id, number, previous, from_state, to_state, change, actor, at, reason)
       SELECT $1, n, nullif(n - 1, 0), lag(state) OVER (ORDER BY n), state,
         CASE WHEN n = 1 THEN 'subscribed' WHEN state = 'cancelled' THEN 'cancelled' WHEN state = 'suspended'
           THEN 'suspended' WHEN lag(state) OVER (ORDER BY n) = 'suspended' THEN 'resumed' ELSE 'device_activated' END,
         'unknown', at, CASE WHEN state = 'cancelled' THEN 'website' WHEN state = 'suspended'
           OR lag(state) OVER (ORDER BY n) = 'suspended' THEN 'line_suspended' END
       FROM unnest($7::text[], $8::timestamptz[]) WITH ORDINALITY AS l (state, at, n)`,
      [
        id,
        lineId,
        last.state,
        history.length,
        first.at,
        last.at,
        history.map(({ state }) => state),
        history.map(({ at }) => at),
      ],
    );
    return id;
  }

  /**
   * Suspends a subscription that has two transitions, effective from a time in the past, as for a late report by its
   * carrier.
   */
  suspendSince(id: string, at: string): Promise<unknown> {
    return this.sql(
      `WITH moved AS (UPDATE subscriptions SET state = 'suspended', suspensions = '{line_suspended}',
         reason = 'line_suspended', link = 3 WHERE id = $1)
       INSERT INTO subscription_links (subscription_id, number, previous, from_state, to_state, change, reason, actor, at)
       VALUES ($1, 3, 2, 'active', 'suspended', 'suspended', 'line_suspended', 'carrier', $2)`,
      [id, at],
    );
  }

  /** Moves the last reissue of a subscription into the past. */
  ageReissue(id: string, hours: number): Promise<unknown> {
    return this.sql('UPDATE subscriptions SET reissued_at = reissued_at - make_interval(hours => $2) WHERE id = $1', [
      id,
      hours,
    ]);
  }

  /** Sets how long ago the handset of every subscription changed. */
  async ageHandsetChanges(minutes: number): Promise<void> {
    await this.sql('UPDATE subscriptions SET handset_changed_at = now() - make_interval(mins => $1)', [minutes]);
    await this.sql(
      `UPDATE lines SET handset_changed_at = now() - make_interval(mins => $1) WHERE handset_changed_at IS NOT NULL`,
      [minutes],
    );
  }

  /** Lets hours pass for a subscription, its phones and the reports about it; its line is aged by {@link LineRows}. */
  async passTime(id: string, hours: number): Promise<void> {
    const earlier = (...columns: string[]) =>
      columns.map((column) => `${column} = ${column} - make_interval(hours => $2)`).join(', ');
    const ofSubscription = earlier(
      'handset_changed_at',
      'loss_objected_at',
      'new_phone_objected_at',
      'unconfirmed_enrolment_at',
    );
    await this.sql(`UPDATE subscriptions SET ${ofSubscription} WHERE id = $1`, [id, hours]);
    await this.sql(`UPDATE devices SET ${earlier('activated_at', 'replaced_at')} WHERE subscription_id = $1`, [
      id,
      hours,
    ]);
    await this.sql(`UPDATE reports SET ${earlier('filed_at')} WHERE subscription_id = $1`, [id, hours]);
  }

  /** Makes a subscription's enrolment code expire now. */
  expireEnrolmentCode(id: string): Promise<unknown> {
    return this.sql('UPDATE enrolment_codes SET expires_at = now() WHERE subscription_id = $1', [id]);
  }

  /** Makes every unused enrolment code expire now. */
  expireUnusedEnrolmentCodes(): Promise<unknown> {
    return this.sql('UPDATE enrolment_codes SET expires_at = now() WHERE used_at IS NULL');
  }

  /** What the subscribers of a line agreed to, by document. */
  consentsOf(
    lineId: string,
  ): Promise<
    { document: string; version: string; locale: string; channel: string; by: string | null; withdrawn: boolean }[]
  > {
    return this.sql(
      `SELECT document, terms AS version, locale, channel, recorded_by AS by, withdrawn_at IS NOT NULL AS withdrawn
       FROM consents JOIN subscriptions s ON s.id = subscription_id WHERE line_id = $1 ORDER BY document, at`,
      [lineId],
    );
  }

  /** The notices of a subscription, oldest first, except those about joining and devices. */
  noticesOf(id: string): Promise<{ kind: string; detail: string | null }[]> {
    return this.sql(
      `SELECT kind, detail FROM notices WHERE subscription_id = $1 AND kind <> 'joined' AND kind NOT LIKE 'device%'
       ORDER BY created_at`,
      [id],
    );
  }

  /** Makes the open alerts of a subscription expire now. */
  expireAlerts(id: string): Promise<unknown> {
    return this.sql(`UPDATE alerts SET expires_at = now() WHERE subscription_id = $1 AND state = 'open'`, [id]);
  }
}
