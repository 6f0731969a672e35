import { statement, type Statement } from '../../database/statement.ts';
import { deviceBond } from '../../database/statement-parts.ts';
import { PIN_ATTEMPTS } from '../../domain/device.ts';

/**
 * Declares the statement that counts a PIN before it is compared. All PIN proofs of a device share one counter.
 * The statement returns the data for the comparison (`CountedPin` and the extra columns). It returns no row when the
 * PIN is locked or nothing exists that the PIN would open: then the caller must compare nothing.
 *
 * `$1` is the id of the device, and `$2` the id of the object that the PIN opens.
 */
export function countPin(
  name: string,
  counted: {
    /** Condition on `$2` that the object exists and device `d` may open it. */
    exists: string;
    /** Condition under which device `d` may prove its PIN: in use, if left out. */
    mayProve?: string;
    /** Further columns of device `d`. */
    device?: string;
    /** Columns of the object, including the nonce, and their source: `p.nonce` from `sms_permissions p`. */
    columns?: string;
    from?: string;
  },
): Statement {
  const { exists, mayProve = `d.state = 'active'`, device = '', columns, from } = counted;
  const counting = `UPDATE devices d SET pin_failures = d.pin_failures + 1
      WHERE d.id = $1 AND ${mayProve} AND d.pin_failures < ${PIN_ATTEMPTS} AND ${exists}
      RETURNING d.knowledge_key AS "knowledgeKey", ${deviceBond('d')} AS bond,
        ${PIN_ATTEMPTS} - d.pin_failures AS "attemptsLeft"${device && `, ${device}`}`;
  if (columns === undefined) return statement(name, counting);
  return statement(name, `WITH counted AS (${counting}) SELECT counted.*, ${columns} FROM counted, ${from ?? ''}`);
}

/**
 * SQL that resets the failure counter of device `$n` after a correct PIN: the last step of a statement that acts on the
 * PIN.
 */
export function resetPin(device: string): string {
  return `UPDATE devices SET pin_failures = 0 WHERE id = ${device} AND pin_failures > 0`;
}

/** The same as a separate statement, for openings that take several statements. `$1` is the id of the device. */
export const RESET_PIN = statement('device_reset_pin', resetPin('$1'));
