import { randomBytes, scrypt } from 'node:crypto';
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

/** Hashes that run at once. Further ones wait, so that sign-ins occupy neither all memory nor all processors. */
const CONCURRENT_HASHES = 2;
/** Hashes that may wait: about ten seconds of work. */
const MAX_WAITING = 40;

let running = 0;
const waiting: (() => void)[] = [];

/** The stored form of a password: `scrypt:N:r:p:salt:digest`. Problems: `service_unavailable`. */
export async function passwordDigest(password: string): Promise<string> {
  const salt = randomBytes(SALT);
  const digest = await hash(password, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), digest.toString('base64url')].join(':');
}

/**
 * Whether a password matches its stored digest. Without a digest (null) it takes as long and returns false, so that the
 * response time does not reveal which accounts exist.
 * Problems: `service_unavailable` when the queue of hashes is full.
 */
export async function isPassword(typed: string, stored: string | null): Promise<boolean> {
  if (stored === null) {
    await hash(typed, randomBytes(SALT), COST);
    return false;
  }
  const [, N, r, p, salt = '', digest = ''] = stored.split(':');
  const made = await hash(typed, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return equalInConstantTime(made, Buffer.from(digest, 'base64url'));
}

async function hash(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  await acquireSlot();
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      // scrypt takes 128 · N · r bytes (RFC 7914, 2), and a little more.
      const options = { ...cost, maxmem: 2 * 128 * cost.N * cost.r };
      // NFC, because keyboards differ in how they compose Korean letters.
      scrypt(password.normalize('NFC'), salt, LENGTH, options, (error, key) => {
        if (error) reject(error);
        else resolve(key);
      });
    });
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** Waits for a free slot. A finished hash passes its slot to the next in the queue. */
async function acquireSlot(): Promise<void> {
  if (running < CONCURRENT_HASHES) {
    running += 1;
    return;
  }
  if (waiting.length >= MAX_WAITING) {
    throw new Problem('service_unavailable', 'Too many operators are signing in. Try again in ten seconds.', {
      retryAfterSeconds: 10,
    });
  }
  await new Promise<void>((resolve) => waiting.push(resolve));
}
