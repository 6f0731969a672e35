import { createHmac, hkdfSync } from 'node:crypto';
import { equalInConstantTime } from './constant-time.ts';

/** The content of one audit entry, as the database holds it; null where a column is empty. */
export interface AuditedFacts {
  number: string;
  /** UTC, to the microsecond. */
  at: string | null;
  operator: string | null;
  action: string | null;
  subscriptionId: string | null;
  phoneIndex: Buffer | null;
  reason: string | null;
  outcome: string | null;
  address: string | null;
}

/** The head of the audit chain. */
export interface ChainEnd {
  firstNumber: string;
  /** The number of entries older than the chain. */
  beforeChain: string;
  number: string;
  mac: Buffer | null;
}

/** Domain separation from every other key that may be derived from the same secret. */
const INFO = 'pushguard-audit-chain-v1';

/**
 * Chains the audit entries: HMAC-SHA256 under a key that the database does not hold.
 * The key derives from the keyring's `subject`, the only secret without a successor: the chain must still verify after
 * every other key was rotated.
 */
export class AuditChain {
  private readonly key: Buffer;

  constructor(subject: Buffer) {
    this.key = Buffer.from(hkdfSync('sha256', subject, '', INFO, 32));
  }

  /** The MAC of an entry; `previous` is the MAC of the entry before it, null for the first one. */
  macOf(previous: Buffer | null, facts: AuditedFacts): Buffer {
    return this.digest(canonicalEntry(previous, facts));
  }

  /** The seal of the head. Without the key, an attacker cannot present an earlier entry as the last one. */
  sealOf({ firstNumber, beforeChain, number, mac }: ChainEnd): Buffer {
    return this.digest(JSON.stringify(['head', firstNumber, beforeChain, number, hexOf(mac)]));
  }

  /** Whether the stored seal matches the head of the chain. */
  isSealed(end: ChainEnd & { seal: Buffer | null }): boolean {
    return end.seal !== null && equalInConstantTime(end.seal, this.sealOf(end));
  }

  private digest(text: string): Buffer {
    return createHmac('sha256', this.key).update(text).digest();
  }
}

/** An entry as a JSON array of strings and nulls, so that two different entries never share a text. */
export function canonicalEntry(previous: Buffer | null, facts: AuditedFacts): string {
  const { number, at, operator, action, subscriptionId, phoneIndex, reason, outcome, address } = facts;
  const texts = [number, at, operator, action, subscriptionId, hexOf(phoneIndex), reason, outcome, address];
  return JSON.stringify(['entry', hexOf(previous), ...texts]);
}

function hexOf(bytes: Buffer | null): string | null {
  return bytes?.toString('hex') ?? null;
}
