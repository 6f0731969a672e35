import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { NOW } from '../../database/statement-parts.ts';
import { PIN_NONCE_SECONDS } from '../../domain/device.ts';
import { countPin } from './count-pin.ts';
import type { CountedPin } from './judge-pin.ts';

/** Takes the place of an earlier check: there is one a device. */
const ASK = statement(
  'pin_check_ask',
  `UPDATE devices d SET pin_check_id = $2, pin_check_nonce = $3,
      pin_check_expires_at = ${NOW} + interval '${PIN_NONCE_SECONDS} seconds'
    WHERE d.id = $1 AND d.state = 'active'
      AND EXISTS (SELECT 1 FROM subscriptions s WHERE s.id = d.subscription_id AND s.state = 'active')
    RETURNING pin_check_expires_at AS "expiresAt"`,
);

const COUNT_PIN = countPin('pin_check_count_pin', {
  exists: 'd.pin_check_id = $2 AND d.pin_check_expires_at > now()',
  device: 'd.pin_check_nonce AS nonce',
});

const IS_ASKED = statement(
  'pin_check_is_asked',
  `SELECT 1 FROM devices WHERE id = $1 AND state = 'active' AND pin_check_id = $2 AND pin_check_expires_at > now()`,
);

/** The right PIN is forgiven its earlier misses, and its nonce is spent. */
const SPEND = statement(
  'pin_check_spend',
  `UPDATE devices SET pin_failures = 0, pin_check_id = NULL, pin_check_nonce = NULL, pin_check_expires_at = NULL
    WHERE id = $1 AND pin_check_id = $2 RETURNING id`,
);

/** The one check of its PIN that a device may have asked for. */
@Injectable()
export class PinCheckStore {
  constructor(private readonly database: Database) {}

  /** When it expires; undefined when the device is not the active one of an active subscription. */
  async ask(deviceId: string, id: string, nonce: Buffer): Promise<Date | undefined> {
    return (await this.database.rows<{ expiresAt: Date }>(ASK, [deviceId, id, nonce]))[0]?.expiresAt;
  }

  /** Undefined when the PIN is locked, or this was not asked: nothing may be compared then. */
  async countPin(deviceId: string, id: string): Promise<CountedPin | undefined> {
    return (await this.database.rows<CountedPin>(COUNT_PIN, [deviceId, id]))[0];
  }

  async isAsked(deviceId: string, id: string): Promise<boolean> {
    return (await this.database.rows(IS_ASKED, [deviceId, id])).length === 1;
  }

  /** False when it was spent before. */
  async spend(deviceId: string, id: string): Promise<boolean> {
    return (await this.database.rows(SPEND, [deviceId, id])).length === 1;
  }
}
