import { randomBytes, scrypt } from 'node:crypto';
import { Problem } from '../domain/problem.ts';
import { equalInConstantTime } from './constant-time.ts';

/** OWASP's password storage cheat sheet: 128 MiB and some 0.4 s of a processor here. */
const COST: Cost = { N: 2 ** 17, r: 8, p: 1 };
const SALT = 16;
const LENGTH = 32;

interface Cost {
  N: number;
  r: number;
  p: number;
}

/** Hashes that run at once; the others wait, so that sign-ins take neither all memory nor all processors. */
const AT_ONCE = 2;
/** Hashes that may wait: some ten seconds' worth. */
const MOST_WAITING = 40;

let running = 0;
const waiting: (() => void)[] = [];

/** What is kept of a password: `scrypt:N:r:p:salt:digest`. Problems: `service_unavailable`. */
export async function passwordDigest(password: string): Promise<string> {
  const salt = randomBytes(SALT);
  const digest = await hash(password, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), digest.toString('base64url')].join(':');
}

/**
 * Whether a password is the one that was kept. With nothing kept it takes as long and is never right, so that nobody
 * learns who has an account. Problems: `service_unavailable` when too many ask at once.
 */
export async function isPassword(typed: string, kept: string | null): Promise<boolean> {
  if (kept === null) {
    await hash(typed, randomBytes(SALT), COST);
    return false;
  }
  const [, N, r, p, salt = '', digest = ''] = kept.split(':');
  const made = await hash(typed, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return equalInConstantTime(made, Buffer.from(digest, 'base64url'));
}

async function hash(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  await turn();
  try {
    return await new Promise<Buffer>((resolve, reject) => {
      // scrypt takes 128 · N · r bytes (RFC 7914, 2), and a little more.
      const options = { ...cost, maxmem: 2 * 128 * cost.N * cost.r };
      // One form of what looks alike: keyboards differ in how they compose Korean letters.
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

/** Whoever ends hands its place to the next. */
async function turn(): Promise<void> {
  if (running < AT_ONCE) {
    running += 1;
    return;
  }
  if (waiting.length >= MOST_WAITING) {
    throw new Problem('service_unavailable', 'Too many operators are signing in. Try again in ten seconds.', {
      retryAfterSeconds: 10,
    });
  }
  await new Promise<void>((resolve) => waiting.push(resolve));
}
