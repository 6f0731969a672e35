import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.ts';
import { statement } from '../../database/statement.ts';
import { NOW } from '../../database/statement-parts.ts';
import { PIN_NONCE_SECONDS } from '../../domain/device.ts';
import { countPin, PIN_RESET } from './count-pin.ts';
import type { CountedPin } from './judge-pin.ts';

/** Replaces an earlier check: a device has at most one. */
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

/** A correct PIN resets the failure counters, and its nonce is spent. */
const SPEND = statement(
  'pin_check_spend',
  `UPDATE devices SET ${PIN_RESET}, pin_check_id = NULL, pin_check_nonce = NULL, pin_check_expires_at = NULL
    WHERE id = $1 AND pin_check_id = $2 RETURNING id`,
);

/** The pending PIN check of a device; a device has at most one. */
@Injectable()
export class PinCheckStore {
  constructor(private readonly database: Database) {}

  /** Stores a check and returns its expiry; undefined unless device and subscription are active. */
  async ask(deviceId: string, id: string, nonce: Buffer): Promise<Date | undefined> {
    return (await this.database.rows<{ expiresAt: Date }>(ASK, [deviceId, id, nonce]))[0]?.expiresAt;
  }

  /**
   * Counts a PIN. Undefined when the PIN is locked or the check is not pending: then the caller must compare nothing.
   */
  async countPin(deviceId: string, id: string): Promise<CountedPin | undefined> {
    return (await this.database.rows<CountedPin>(COUNT_PIN, [deviceId, id]))[0];
  }

  /** True while the check is pending. */
  async isAsked(deviceId: string, id: string): Promise<boolean> {
    return (await this.database.rows(IS_ASKED, [deviceId, id])).length === 1;
  }

  /** Returns false when the check was spent or replaced before. */
  async spend(deviceId: string, id: string): Promise<boolean> {
    return (await this.database.rows(SPEND, [deviceId, id])).length === 1;
  }
}
