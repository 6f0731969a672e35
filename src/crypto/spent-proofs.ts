import { sha256 } from './sha256.ts';
import type { DpopProof } from './dpop-proof.ts';

/** Proofs that are kept at most: more than a process can check in the two minutes in which one counts; 20 MB. */
const MOST = 200_000;
/** Milliseconds of one set of proofs that are forgotten together. */
const PERIOD_MS = 30_000;

/**
 * The proofs of possession that this process has accepted (RFC 9449, 11.1), each until its `iat` is too old. A proof counts
 * once in a process, so in a fleet of n processes at most n times within two minutes, for the same method, address and access
 * token alone. A row in the database for each call would make it exactly once, at the price of a write where the hot path has
 * none. The token endpoint, which writes anyway, keeps its proofs in the database.
 */
export class SpentProofs {
  /** By the period in which they end. */
  private readonly periods = new Map<number, Set<string>>();
  private size = 0;

  constructor(private readonly most = MOST) {}

  /** Returns false for a proof that was spent before; null if no more can be kept, and a second use would go unnoticed. */
  spend({ jkt, jti, expiresAt }: DpopProof, now: Date): boolean | null {
    this.forget(Math.floor(now.getTime() / PERIOD_MS));
    const period = Math.floor(expiresAt.getTime() / PERIOD_MS);
    const spent = this.periods.get(period) ?? new Set();
    const digest = sha256(`${jkt} ${jti}`).toString('latin1');
    // One of another period has another iat, so it is another proof of the same name: refused too.
    if ([...this.periods.values()].some((one) => one.has(digest))) return false;
    if (this.size >= this.most) return null;
    this.periods.set(period, spent.add(digest));
    this.size += 1;
    return true;
  }

  private forget(present: number): void {
    for (const [period, { size }] of this.periods) {
      if (period >= present) continue;
      this.periods.delete(period);
      this.size -= size;
    }
  }
}
