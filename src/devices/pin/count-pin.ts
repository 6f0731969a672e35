import { statement, type Statement } from '../../database/statement.ts';
import { deviceBond, isPinLocked, pinAttemptsLeft } from '../../database/statement-parts.ts';
import { spendProof } from '../spend-proof.ts';

/**
 * Declares the statement that counts a PIN before it is compared. All PIN proofs of a device share two counters: the
 * wrong ones in a row since the last unlock, and those in all since the last right one.
 * The statement returns the data for the comparison (`CountedPin` and the extra columns). It returns no row when the
 * PIN is locked or nothing exists that the PIN would open: then the caller must compare nothing.
 *
 * `$1` is the id of the device, and `$2` the id of the object that the PIN opens.
 * With `spendsProof`, `$3` is the unspent proof of the request, and the statement always returns a row: `isProven` is
 * false where the proof does not count, and the other columns are null where the PIN was not counted.
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
    spendsProof?: true;
  },
): Statement {
  const { exists, mayProve = `d.state = 'active'`, device = '', columns, from, spendsProof } = counted;
  const isProven = spendsProof ? 'EXISTS (SELECT 1 FROM proven) AND ' : '';
  const counting = `UPDATE devices d SET pin_failures = d.pin_failures + 1, pin_wrong = d.pin_wrong + 1
      WHERE d.id = $1 AND ${isProven}${mayProve} AND NOT ${isPinLocked('d')} AND ${exists}
      RETURNING d.knowledge_key AS "knowledgeKey", ${deviceBond('d')} AS bond,
        ${pinAttemptsLeft('d')} AS "attemptsLeft"${device && `, ${device}`}`;
  if (columns === undefined) return statement(name, counting);
  const answer = `SELECT counted.*, ${columns} FROM counted, ${from ?? ''}`;
  if (!spendsProof) return statement(name, `WITH counted AS (${counting}) ${answer}`);
  return statement(
    name,
    `WITH proven AS (${spendProof('$1', '$3')}), counted AS (${counting})
      SELECT EXISTS (SELECT 1 FROM proven) AS "isProven", answer.* FROM (VALUES (1)) one LEFT JOIN (${answer}) answer ON true`,
  );
}

/**
 * SQL that resets both failure counters of device `$n` after a correct PIN: the last step of a statement that acts on the
 * PIN.
 */
export function resetPin(device: string): string {
  return `UPDATE devices SET ${PIN_RESET} WHERE id = ${device} AND pin_wrong > 0`;
}

/** SQL: what a right PIN sets in the row of its device. */
export const PIN_RESET = 'pin_failures = 0, pin_wrong = 0, pin_locked_at = NULL';

/** The same as a separate statement, for openings that take several statements. `$1` is the id of the device. */
export const RESET_PIN = statement('device_reset_pin', resetPin('$1'));
