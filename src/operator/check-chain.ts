import type { AuditChain, AuditedFacts, ChainEnd } from '../crypto/audit-chain.ts';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import type { AuditEntry } from './audit-entry.entity.ts';
import type { AuditHead } from './audit-head.entity.ts';

/**
 * An entry of the chain as the database holds it, possibly altered. `previous` is the MAC of the previous entry at the
 * time when this entry was written.
 */
export type StoredEntry = AuditedFacts & Pick<AuditEntry, 'previous' | 'mac'>;

export type StoredEnd = ChainEnd & Pick<AuditHead, 'seal'>;

/** The number and MAC of a head that was recorded outside the database. */
export interface RecordedHead {
  number: string;
  mac: Buffer;
}

export interface Breach {
  /** The place of the breach: an entry by its number, a range of entries, or the head. */
  where: string;
  what: 'altered' | 'missing' | 'moved or inserted' | 'cut off' | 'head altered' | 'rewritten';
  why: string;
}

/** Maximum distance in positions at which a moved entry is still matched to its original number. */
const REACH = 1_000n;
/** Maximum number of such searches. Each one takes milliseconds, and a longer list of breaches helps no reader. */
const SEARCHES = 20;

/**
 * Checks the chain entry by entry and needs only the neighbours of each entry. Every entry stores the MAC of its
 * predecessor and is therefore checked independently: one altered entry does not make the following ones suspect.
 */
export class ChainCheck {
  /** Number of entries that are unaltered and in their original position. */
  holding = 0;
  private readonly isSealed: boolean;
  private readonly first: bigint;
  private expected: bigint;
  private last: { mac: Buffer | null; isGenuine: boolean } | undefined;
  private isNotedFound = false;
  private searches = SEARCHES;

  constructor(
    private readonly chain: AuditChain,
    private readonly end: StoredEnd | undefined,
    private readonly noted?: RecordedHead,
  ) {
    this.isSealed = end !== undefined && chain.isSealed(end);
    this.first = end && this.isSealed ? BigInt(end.firstNumber) : 1n;
    this.expected = this.first;
  }

  /** Yields the breaches of one entry. Call it in ascending order of numbers, each time with the following entry. */
  *entry(entry: StoredEntry, next: StoredEntry | undefined): Generator<Breach> {
    const number = BigInt(entry.number);
    const where = `entry ${number}`;
    if (number === BigInt(this.noted?.number ?? 0) && same(entry.mac, this.noted?.mac)) this.isNotedFound = true;
    if (number < this.expected || (this.sealedEnd !== undefined && number > this.sealedEnd)) {
      const why =
        number < this.expected ? 'its number is already used' : `the head names entry ${this.sealedEnd} as the last`;
      yield { where, what: 'moved or inserted', why: `${why}${this.origin(entry)}` };
      return;
    }
    const isAfterGap = number > this.expected;
    if (isAfterGap) yield missing(this.expected, number - 1n);
    const before = isAfterGap ? undefined : this.last;
    const follows = isAfterGap || same(entry.previous, before?.mac ?? null);
    const isGenuine = entry.mac !== null && same(entry.mac, this.chain.macOf(entry.previous, entry));
    // If the predecessor itself was altered, a missing link to it is not a fault of this entry.
    if (isGenuine && (follows || before?.isGenuine === false)) this.holding += 1;
    else if (isGenuine) yield { where, what: 'moved or inserted', why: 'it does not follow the previous entry' };
    else yield this.classify(entry, next, isAfterGap ? undefined : (before?.mac ?? null));
    this.expected = number + 1n;
    this.last = { mac: entry.mac, isGenuine };
  }

  /**
   * Yields the breaches that only a complete pass reveals: those at the end of the chain, and a changed number of
   * entries that are older than the chain.
   */
  *rest(olderEntries: bigint): Generator<Breach> {
    const lastNumber = this.expected - 1n;
    yield* this.head(lastNumber);
    if (this.end && BigInt(this.end.beforeChain) !== olderEntries) {
      const what = olderEntries < BigInt(this.end.beforeChain) ? 'missing' : 'moved or inserted';
      const why = `there are ${olderEntries}, but there were ${this.end.beforeChain} when the chain began`;
      yield { where: 'entries before the chain', what, why };
    }
    if (this.noted && !this.isNotedFound) {
      const why = 'the noted head is not in the chain';
      yield { where: `entry ${this.noted.number}`, what: 'rewritten', why };
    }
  }

  private *head(lastNumber: bigint): Generator<Breach> {
    const where = 'the head';
    if (!this.end) {
      yield { where, what: 'head altered', why: 'its row is missing' };
      return;
    }
    const { number, mac, seal } = this.end;
    const hasBegun = mac !== null || seal !== null || BigInt(number) !== 0n;
    if (hasBegun && !this.isSealed) yield { where, what: 'head altered', why: 'it does not match its seal' };
    if (!hasBegun && lastNumber >= this.first) {
      yield { where, what: 'head altered', why: 'it says that the chain has not begun' };
    }
    if (BigInt(number) > lastNumber) {
      const why = `the head names entry ${number} as the last, but the last entry found is ${lastNumber}`;
      yield { where: range(lastNumber + 1n, BigInt(number)), what: 'cut off', why };
    } else if (this.isSealed && this.last?.isGenuine === true && !same(this.last.mac, mac)) {
      yield { where: `entry ${number}`, what: 'moved or inserted', why: 'it is not the entry that the head names' };
    }
  }

  /**
   * Classifies an entry that does not match its MAC. If the entry's own MAC, or the MAC that its content would have,
   * links it to its neighbours, the entry is in its place and was altered. Otherwise another entry, or none, stood
   * here.
   */
  private classify(entry: StoredEntry, next: StoredEntry | undefined, macBefore: Buffer | null | undefined): Breach {
    const where = `entry ${entry.number}`;
    const origin = this.origin(entry);
    if (origin !== '') return { where, what: 'moved or inserted', why: `it does not belong here${origin}` };
    const fitting = macBefore === undefined ? null : this.chain.macOf(macBefore, entry);
    const passage = this.passageAfter(entry, next);
    const isInPlace =
      passage === undefined
        ? macBefore === undefined || same(entry.previous, macBefore) || same(entry.mac, fitting)
        : [entry.mac, fitting, this.chain.macOf(entry.previous, entry)].some((mac) => same(mac, passage));
    if (isInPlace) return { where, what: 'altered', why: 'its content does not match its MAC' };
    return {
      where,
      what: 'moved or inserted',
      why: 'it does not follow the previous entry, and the next entry does not follow it',
    };
  }

  /**
   * Returns the MAC that the entry had when its successor was written, or undefined if neither a successor nor the
   * sealed head records it.
   */
  private passageAfter({ number }: StoredEntry, next: StoredEntry | undefined): Buffer | null | undefined {
    if (next && BigInt(next.number) === BigInt(number) + 1n) return next.previous;
    return BigInt(number) === this.sealedEnd ? this.end?.mac : undefined;
  }

  /**
   * Describes the original number of a moved entry, if its MAC matches with another number; otherwise returns an empty
   * text.
   */
  private origin(entry: StoredEntry): string {
    if (entry.mac === null || this.searches === 0) return '';
    this.searches -= 1;
    const number = BigInt(entry.number);
    for (let apart = 1n; apart <= REACH; apart += 1n) {
      for (const other of [number - apart, number + apart]) {
        const written = { ...entry, number: String(other) };
        if (same(entry.mac, this.chain.macOf(entry.previous, written))) return `: it was written as entry ${other}`;
      }
    }
    return '';
  }

  private get sealedEnd(): bigint | undefined {
    return this.end && this.isSealed ? BigInt(this.end.number) : undefined;
  }
}

function missing(from: bigint, to: bigint): Breach {
  return { where: range(from, to), what: 'missing', why: 'the numbering continues after a gap' };
}

function range(from: bigint, to: bigint): string {
  return from === to ? `entry ${from}` : `entries ${from} to ${to}`;
}

function same(one: Buffer | null | undefined, other: Buffer | null | undefined): boolean {
  if (!one || !other) return one === other;
  return equalInConstantTime(one, other);
}
