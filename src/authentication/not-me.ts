import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { AdmittedDevice } from '../devices/device-proofs.ts';
import { keepQuiet } from '../lines/start-budgets.ts';
import type { Client } from '../relying-parties/client.entity.ts';
import type { Authentication } from './authentication.entity.ts';
import { notFound } from './closed-problem.ts';
import { countNotMe } from './not-me-count.ts';
import { Open } from './open.ts';
import { QuietKeys } from './quiet-keys.ts';

/** Days for which the counts of relying parties are kept. */
const COUNT_DAYS = 30;

/** The authentication ($1) of a subscription ($2); of a Smart OTP's history ($3) only those that it was asked to sign. */
const OWN = `a.id = $1 AND a.subscription_id = $2 AND ($3::uuid IS NULL OR a.device_id = $3)`;

const OF = statement(
  'not_me_of',
  `SELECT client_id AS "clientId", person_index AS "personIndex",
      flow, line_id AS "lineId",
      state IN ('pending', 'opened') AND expires_at > now() AS "isOpen"
    FROM authentication_records a WHERE ${OWN}`,
);

const marked = (table: string) => `UPDATE ${table} a SET not_me_at = now()
      WHERE ${OWN} AND a.not_me_at IS NULL AND a.decline_reason IS DISTINCT FROM 'not_me' RETURNING a.client_id, a.flow`;

/** A person says so once of each authentication. */
const SAY = statement(
  'not_me_say',
  `WITH present AS (
      ${marked('authentications')}
    ), past AS (
      ${marked('past_authentications')}
    ), answered AS (
      SELECT client_id, flow FROM present UNION ALL SELECT client_id, flow FROM past
    ), quiet AS (
      ${keepQuiet('$4', 'FROM answered')}
    ), counted AS (
      ${countNotMe('answered')}
    )
    SELECT 1 FROM answered`,
  { writes: { start_budgets: 'the person’s answer and the silence that follows from it commit together' } },
);

const LAST_DAY = statement(
  'not_me_last_day',
  `SELECT c.name AS "relyingParty", sum(n.answers)::int AS count FROM not_me_counts n JOIN clients c ON c.id = n.client_id
    WHERE n.hour > now() - interval '24 hours' GROUP BY c.id, c.name ORDER BY count DESC, c.name LIMIT 20`,
);

/** The maximum number of rows that one purge statement deletes. */
const PURGE_BATCH = 5_000;

const PURGE = statement(
  'not_me_purge',
  `DELETE FROM not_me_counts WHERE (client_id, hour) IN (SELECT client_id, hour FROM not_me_counts
    WHERE hour < now() - interval '${COUNT_DAYS} days' LIMIT ${PURGE_BATCH})`,
);

/** Answers of people that a request was not theirs. */
@Injectable()
export class NotMe {
  constructor(
    private readonly database: Database,
    private readonly opening: Open,
    private readonly quietKeys: QuietKeys,
  ) {}

  /**
   * The person says of an authentication in the history that it was not them: for an hour, starts of its relying party
   * ring the phone no more. One that is still open is declined. Saying it again changes nothing. Problems:
   * `authentication_not_found`, also for a device under test.
   */
  async say(id: string, device: AdmittedDevice): Promise<void> {
    if (!device.isInUse) throw notFound();
    const { subscriptionId, deviceId, isOwnPhone } = device;
    const own = [id, subscriptionId, isOwnPhone ? null : deviceId];
    type Row = Pick<Authentication, 'clientId' | 'personIndex' | 'flow' | 'lineId'> & { isOpen: boolean };
    const [found] = await this.database.rows<Row>(OF, own);
    if (!found) throw notFound();
    if (found.isOpen) {
      await this.opening.decline(id, 'not_me', device);
      return;
    }
    const quietKey = await this.quietKeys.of(found);
    // A row that moves to its month at this moment is in neither table of the first look, and in the month of the second.
    const isSaid = async () => (await this.database.rows(SAY, [...own, quietKey])).length > 0;
    if (!(await isSaid())) await isSaid();
  }

  /** The relying parties of whose requests people said so in the last 24 hours, at most 20, the most frequent first. */
  async lastDay(): Promise<{ relyingParty: Client['name']; count: number }[]> {
    return this.database.olderRows<{ relyingParty: Client['name']; count: number }>(LAST_DAY, []);
  }

  /** Deletes a batch of counts that are thirty days old. Returns true if more may remain. */
  async purge(): Promise<boolean> {
    return (await this.database.changed(PURGE, [])) === PURGE_BATCH;
  }
}
