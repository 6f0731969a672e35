import { randomBytes, scrypt } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Problem } from '../domain/problem.ts';
import { equalInConstantTime } from './constant-time.ts';

/** OWASP's password storage cheat sheet: 128 MiB and some 0.4 s of a processor, measured here. */
const COST: Cost = { N: 2 ** 17, r: 8, p: 1 };
const SALT = 16;
const LENGTH = 32;

interface Cost {
  N: number;
  r: number;
  p: number;
}

/**
 * Turns at once; a stranger takes only one of them. Further ones wait, so that sign-ins occupy neither all memory nor all
 * processors.
 */
const CONCURRENT_TURNS: Readonly<Record<HashingLane, number>> = { familiar: 2, strange: 1 };
/** Turns that may wait in each lane: about ten seconds of hashing. */
const MAX_WAITING = 40;
/** Milliseconds of a hash, until this process has measured one. */
const HASH_MS = 400;

/** Turns of the lane `familiar` are taken first, and never wait for all of the others, however many knock. */
export type HashingLane = 'familiar' | 'strange';

/** What a turn allows. It exists only inside a turn, so that nothing is counted for a password that is never compared. */
export interface HashingTurn {
  /** Whether a password matches its stored digest. */
  isPassword(typed: string, stored: string): Promise<boolean>;
  /** The stored form of a password: `scrypt:N:r:p:salt:digest`. */
  digestOf(password: string): Promise<string>;
}

const TURN: HashingTurn = { isPassword, digestOf };

const running: Record<HashingLane, number> = { familiar: 0, strange: 0 };
let lastHashMs = HASH_MS;
const waiting: Readonly<Record<HashingLane, (() => void)[]>> = { familiar: [], strange: [] };

/**
 * Waits for a turn at hashing, and does the work in it. Count attempts in the work, not before: a caller that is turned
 * away has not tried anything. Problems: `service_unavailable` when the lane is full.
 */
export async function takeHashingTurn<Result>(
  lane: HashingLane,
  work: (turn: HashingTurn) => Promise<Result>,
): Promise<Result> {
  await acquireTurn(lane);
  try {
    return await work(TURN);
  } finally {
    running[lane] -= 1;
    startWaiting();
  }
}

/** The stored form of a password, in a turn of its own. Problems: `service_unavailable`. */
export async function passwordDigest(password: string): Promise<string> {
  return takeHashingTurn('familiar', (turn) => turn.digestOf(password));
}

/**
 * Ends when a hash would end that began at `began` (`performance.now()`). A refusal that needs no hash waits here,
 * without a turn, and so takes as long as one that does.
 */
export async function asLongAsHashing(began: number): Promise<void> {
  await setTimeout(Math.max(0, began + lastHashMs - performance.now()));
}

async function isPassword(typed: string, stored: string): Promise<boolean> {
  const [, N, r, p, salt = '', digest = ''] = stored.split(':');
  const began = performance.now();
  const made = await hash(typed, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  lastHashMs = performance.now() - began;
  return equalInConstantTime(made, Buffer.from(digest, 'base64url'));
}

async function digestOf(password: string): Promise<string> {
  const salt = randomBytes(SALT);
  const digest = await hash(password, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), digest.toString('base64url')].join(':');
}

function hash(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // scrypt takes 128 · N · r bytes (RFC 7914, 2), and a little more.
    const options = { ...cost, maxmem: 2 * 128 * cost.N * cost.r };
    // NFC, because keyboards differ in how they compose Korean letters.
    scrypt(password.normalize('NFC'), salt, LENGTH, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

/** Waits for a free turn, in the order of arrival within the lane. */
async function acquireTurn(lane: HashingLane): Promise<void> {
  if (waiting[lane].length >= MAX_WAITING) {
    throw new Problem('service_unavailable', 'Too many people are signing in. Try again in ten seconds.', {
      retryAfterSeconds: 10,
    });
  }
  await new Promise<void>((resolve) => {
    waiting[lane].push(resolve);
    startWaiting();
  });
}

function startWaiting(): void {
  for (const lane of ['familiar', 'strange'] as const) {
    while (waiting[lane].length > 0 && hasFreeTurn(lane)) {
      running[lane] += 1;
      waiting[lane].shift()?.();
    }
  }
}

function hasFreeTurn(lane: HashingLane): boolean {
  return running.familiar + running.strange < CONCURRENT_TURNS.familiar && running[lane] < CONCURRENT_TURNS[lane];
}
