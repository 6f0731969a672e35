/**
 * SQL that spends the proof `$jti` of device `$device` and returns a row if it counts: a proof counts once, and only while
 * its device is not revoked. Alone, or as a part of the statement that the proof is for.
 */
export function spendProof(device: string, jti: string): string {
  return `INSERT INTO device_proofs (device_id, jti) SELECT d.id, ${jti} FROM devices d WHERE d.id = ${device} AND d.state <> 'revoked'
    ON CONFLICT DO NOTHING RETURNING 1`;
}

/** The tables that a statement of another room writes with the proof. */
export const SPENDS_PROOF = { device_proofs: 'a request is answered in the statement that spends its proof' };
