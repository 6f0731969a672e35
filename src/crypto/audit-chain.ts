import { createHmac, hkdfSync } from 'node:crypto';
import { equalInConstantTime } from './constant-time.ts';

/** All that an entry of the audit says, as the database holds it; null where a column is empty. */
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

/** Where the chain of the audit ends. */
export interface ChainEnd {
  firstNumber: string;
  /** How many entries are older than the chain. */
  beforeChain: string;
  number: string;
  mac: Buffer | null;
}

/** Told apart from whatever else may ever be derived from the same key. */
const INFO = 'pushguard-audit-chain-v1';

/**
 * Binds the entries of the audit to one another: HMAC-SHA256 under a key that the database does not hold. The key comes
 * from the one of the keyring that has no successor, for a chain must still hold after every other key was changed.
 */
export class AuditChain {
  private readonly key: Buffer;

  constructor(subject: Buffer) {
    this.key = Buffer.from(hkdfSync('sha256', subject, '', INFO, 32));
  }

  /** An entry's mac; `previous` is that of the entry before it, null for the first one. */
  macOf(previous: Buffer | null, facts: AuditedFacts): Buffer {
    return this.digest(canonicalEntry(previous, facts));
  }

  /** Without the key nobody can name another entry as the last. */
  sealOf({ firstNumber, beforeChain, number, mac }: ChainEnd): Buffer {
    return this.digest(JSON.stringify(['head', firstNumber, beforeChain, number, hexOf(mac)]));
  }

  /** Whether the end of the chain is as it was sealed. */
  isSealed(end: ChainEnd & { seal: Buffer | null }): boolean {
    return end.seal !== null && equalInConstantTime(end.seal, this.sealOf(end));
  }

  private digest(text: string): Buffer {
    return createHmac('sha256', this.key).update(text).digest();
  }
}

/** A JSON array of strings and nulls: no two entries share one, wherever their texts begin and end. */
export function canonicalEntry(previous: Buffer | null, facts: AuditedFacts): string {
  const { number, at, operator, action, subscriptionId, phoneIndex, reason, outcome, address } = facts;
  const texts = [number, at, operator, action, subscriptionId, hexOf(phoneIndex), reason, outcome, address];
  return JSON.stringify(['entry', hexOf(previous), ...texts]);
}

function hexOf(bytes: Buffer | null): string | null {
  return bytes?.toString('hex') ?? null;
}
