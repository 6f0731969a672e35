import { sha256 } from './sha256.ts';
import type { DpopProof } from './dpop-proof.ts';

/** Proofs that are kept at most: 40 MB, and as many as a process checks in two minutes if it does nothing else. */
const MOST = 400_000;
/** Those of one key: 400 calls a second. One holder of a token leaves room for all others. */
const MOST_OF_A_KEY = 50_000;
/** Milliseconds of one set of proofs that are forgotten together. */
const PERIOD_MS = 30_000;

/** Whether a proof was the first of its name, another use of one, or one too many to notice a second use of it. */
export type Spending = 'first' | 'again' | 'too_many';

/**
 * The proofs of possession that this process has accepted (RFC 9449, 11.1), each until its `iat` is too old. A proof counts
 * once in a process, so in a fleet of n processes at most n times within two minutes, for the same method, address and access
 * token alone. A row in the database for each call would make it exactly once, at the price of a write where the hot path has
 * none. The token endpoint, which writes anyway, keeps its proofs in the database.
 */
export class SpentProofs {
  /** By the period in which they end, and by the key. */
  private readonly periods = new Map<number, Map<string, Set<string>>>();
  private size = 0;

  constructor(private readonly most: { all: number; ofAKey: number } = { all: MOST, ofAKey: MOST_OF_A_KEY }) {}

  spend({ jkt, jti, expiresAt }: DpopProof, now: Date): Spending {
    this.forget(Math.floor(now.getTime() / PERIOD_MS));
    const digest = sha256(jti).toString('latin1');
    const ofKey = [...this.periods.values()].flatMap((period) => period.get(jkt) ?? []);
    // One of another period has another iat, so it is another proof of the same name: refused too.
    if (ofKey.some((spent) => spent.has(digest))) return 'again';
    const count = ofKey.reduce((sum, { size }) => sum + size, 0);
    if (this.size >= this.most.all || count >= this.most.ofAKey) return 'too_many';
    const ends = Math.floor(expiresAt.getTime() / PERIOD_MS);
    const period = this.periods.get(ends) ?? new Map<string, Set<string>>();
    this.periods.set(ends, period.set(jkt, (period.get(jkt) ?? new Set()).add(digest)));
    this.size += 1;
    return 'first';
  }

  private forget(present: number): void {
    for (const [ends, period] of this.periods) {
      if (ends >= present) continue;
      this.periods.delete(ends);
      for (const { size } of period.values()) this.size -= size;
    }
  }
}
