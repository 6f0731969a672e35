import { statement, type Statement } from '../../database/statement.ts';
import { PIN_ATTEMPTS } from '../../domain/device.ts';

/**
 * Declares the statement that counts a PIN before it is compared, on the counter that all proofs of a device share. It
 * answers what the proof is compared with (`CountedPin`, and what `columns` add), and no row when the PIN is locked or
 * there is nothing that the PIN would open: then nothing may be compared.
 *
 * `$1` is the device's id and `$2` the id of what it opens.
 */
export function countPin(
  name: string,
  counted: {
    /** What the PIN would open must exist for device `d`: a condition on `$2`. */
    exists: string;
    /** More columns of device `d`. */
    device?: string;
    /** Columns of what it opens, the nonce among them, and where they are read: `p.nonce` from `sms_permissions p`. */
    columns?: string;
    from?: string;
  },
): Statement {
  const { exists, device = '', columns, from } = counted;
  const counting = `UPDATE devices d SET pin_failures = d.pin_failures + 1
      WHERE d.id = $1 AND d.state = 'active' AND d.pin_failures < ${PIN_ATTEMPTS} AND ${exists}
      RETURNING d.knowledge_key AS "knowledgeKey", ${PIN_ATTEMPTS} - d.pin_failures AS "attemptsLeft"${device && `, ${device}`}`;
  if (columns === undefined) return statement(name, counting);
  return statement(name, `WITH counted AS (${counting}) SELECT counted.*, ${columns} FROM counted, ${from ?? ''}`);
}

/** A correct PIN resets the counter: the last step of a statement that does something with it, for device `$n`. */
export function resetPin(device: string): string {
  return `UPDATE devices SET pin_failures = 0 WHERE id = ${device} AND pin_failures > 0`;
}

/** The same as a statement of its own, for what is opened by several. `$1` is the device. */
export const RESET_PIN = statement('device_reset_pin', resetPin('$1'));
