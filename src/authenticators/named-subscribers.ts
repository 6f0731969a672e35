import { Injectable } from '@nestjs/common';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import type { Line } from '../lines/line.entity.ts';
import { Lines } from '../lines/lines.ts';
import type { NamedPerson } from '../lines/named-person.ts';
import type { Subscription } from '../subscriptions/subscription.entity.ts';

/** The id of a decoy: no subscription has it. */
export const DECOY_SUBSCRIPTION_ID = '00000000-0000-0000-0000-000000000000';

const BY_PHONE = statement(
  'named_subscriber_by_phone',
  `SELECT l.id AS "lineId", l.owner, s.id AS "subscriptionId"
    FROM lines l LEFT JOIN subscriptions s ON s.line_id = l.id AND s.state <> 'cancelled'
    WHERE l.phone_index = ANY($1) AND l.status <> 'terminated'`,
);

type NamedLine = Pick<Line, 'owner'> & { lineId: Line['id']; subscriptionId: Subscription['id'] | null };

/** Finds the subscribers that institutions name, without revealing whether they exist. */
@Injectable()
export class NamedSubscribers {
  constructor(
    private readonly database: Database,
    private readonly keys: ServiceKeys,
    private readonly lines: Lines,
  ) {}

  /**
   * Returns the subscription of the line that the named person owns, or the decoy id; and the index by which the starts
   * for this person are counted.
   */
  async find({ phoneNumber, ...owner }: NamedPerson): Promise<{ subscriptionId: string; personIndex: Buffer }> {
    const numbers = this.keys.indexes.all('phone', phoneNumber);
    const [line] = await this.database.rows<NamedLine>(BY_PHONE, [numbers]);
    const isOwn = this.lines.isOwnedBy(line, owner);
    const [personIndex] = this.lines.personIndexesOf({ phoneNumber, owner });
    return { subscriptionId: (isOwn && line?.subscriptionId) || DECOY_SUBSCRIPTION_ID, personIndex };
  }
}
