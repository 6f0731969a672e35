import { equalInConstantTime } from './constant-time.ts';
import { counterBytes, hotp, type HotpAlgorithm } from './hotp.ts';

/** The suite for signing transactions: eight digits from a question of up to 64 letters and digits and the minute. */
export const TRANSACTION_SUITE = 'OCRA-1:HOTP-SHA256-8:QA64-T1M';
/** Minutes before and after the present one that are accepted: a clock may be off, and typing takes time. */
const SKEW_MINUTES = 1;

/** A parsed suite (RFC 6287, 6). Null means that the suite takes no such input. */
export interface OcraSuite {
  algorithm: HotpAlgorithm;
  digits: number;
  hasCounter: boolean;
  /** Alphanumeric, numeric or hexadecimal, and the maximum length of one party's question. */
  question: { format: 'A' | 'N' | 'H'; length: number };
  /** Bytes of the PIN's digest. */
  pinDigestBytes: number | null;
  sessionBytes: number | null;
  /** Length of a time step. */
  stepSeconds: number | null;
}

/** The inputs of a response. The suite determines which of them are present. */
export interface OcraInput {
  suite: string;
  key: Uint8Array;
  /** Two questions for mutual challenge-response: the other party's first, then one's own (RFC 6287, 5.1). */
  question: string | readonly [string, string];
  counter?: number | bigint;
  /** The PIN under the hash that the suite names. */
  pinDigest?: Uint8Array;
  /** The session's UTF-8, at most as long as the suite says. */
  session?: Uint8Array;
  /** Steps since 1970; see `ocraTimeStep`. */
  timeStep?: number | bigint;
}

const SUITE =
  /^OCRA-1:HOTP-(SHA1|SHA256|SHA512)-(\d|10):(C-)?Q([ANH])(\d{1,2})(?:-P(SHA1|SHA256|SHA512))?(?:-S(\d{3}))?(?:-T(\d{1,2})([SMH]))?$/;
const DIGEST_BYTES: Readonly<Record<string, number>> = { SHA1: 20, SHA256: 32, SHA512: 64 };
const STEP_UNITS: Readonly<Record<string, { seconds: number; most: number }>> = {
  S: { seconds: 1, most: 59 },
  M: { seconds: 60, most: 59 },
  H: { seconds: 3600, most: 48 },
};
const ALPHABETS = { A: '[0-9A-Za-z]', N: '[0-9]', H: '[0-9A-Fa-f]' } as const;
const QUESTION_BYTES = 128;

/**
 * Parses a suite in which every input has its explicit qualifier, as in all examples of RFC 6287. Throws on any other
 * text.
 * Two suites of the RFC are refused as well: those without truncation (`-0`), because no person types an HMAC, and
 * those with time steps of zero hours, which number no instant.
 */
export function parseOcraSuite(suite: string): OcraSuite {
  const match = SUITE.exec(suite);
  if (!match) throw new Error(`${JSON.stringify(suite)} is not an OCRA-1 suite (RFC 6287, section 6)`);
  const [, hash = '', digits = '', counter, format = '', length = '', pin, session, step, unit = ''] = match;
  const within = (what: string, text: string, [least, most]: readonly [number, number]): number => {
    const value = Number(text);
    if (value >= least && value <= most) return value;
    throw new Error(`${suite}: ${what} must be ${least} to ${most}, not ${value}`);
  };
  if (Number(digits) === 0) throw new Error(`${suite}: responses without truncation (0 digits) are not supported`);
  const { seconds = 0, most = 0 } = STEP_UNITS[unit] ?? {};
  return {
    algorithm: hash.toLowerCase() as HotpAlgorithm,
    digits: within('the digits of a response', digits, [4, 10]),
    hasCounter: counter !== undefined,
    question: {
      format: format as 'A' | 'N' | 'H',
      length: within('the length of a question', length, [4, 64]),
    },
    pinDigestBytes: pin === undefined ? null : (DIGEST_BYTES[pin] ?? null),
    sessionBytes: session === undefined ? null : within('the bytes of a session', session, [1, 512]),
    stepSeconds: step === undefined ? null : within('a time step', step, [1, most]) * seconds,
  };
}

/**
 * The response to a question (RFC 6287, 5), as decimal digits.
 * Throws when an input is missing, unexpected or not of the form that the suite requires. No message quotes an input.
 */
export function ocra(input: OcraInput): string {
  const { key, suite } = input;
  const { algorithm, digits, hasCounter, question, pinDigestBytes, sessionBytes, stepSeconds } = parseOcraSuite(suite);
  const message = Buffer.concat([
    Buffer.from(`${suite}\0`),
    part(suite, 'counter', hasCounter || null, input.counter, counterBytes),
    questionBytes(suite, question, input.question),
    part(suite, 'digest of the PIN', pinDigestBytes, input.pinDigest, (digest, bytes) => {
      if (digest.length === bytes) return digest;
      throw new Error(`${suite}: the digest of the PIN must have ${bytes} bytes, not ${digest.length}`);
    }),
    part(suite, 'session', sessionBytes, input.session, (session, bytes) => {
      // RFC 6287 does not say how a short session is padded; its reference implementation pads on the left.
      if (session.length <= bytes) return Buffer.concat([Buffer.alloc(bytes - session.length), session]);
      throw new Error(`${suite}: the session may have ${bytes} bytes, not ${session.length}`);
    }),
    part(suite, 'time step', stepSeconds, input.timeStep, counterBytes),
  ]);
  return hotp({ key, algorithm, message, digits });
}

/** The number of the suite's time step at an instant. Throws for a suite without time steps. */
export function ocraTimeStep(suite: string, at: Date): number {
  const { stepSeconds } = parseOcraSuite(suite);
  if (stepSeconds === null) throw new Error(`${suite}: takes no time step`);
  return Math.floor(at.getTime() / 1000 / stepSeconds);
}

/**
 * The minute for which the typed code signs the question under TRANSACTION_SUITE, or null.
 * All accepted minutes are always compared, so the duration does not show which one matched. Throws on a question that
 * is not 1 to 64 letters and digits.
 */
export function matchingOcraMinute(input: {
  key: Uint8Array;
  question: string;
  typed: string;
  at: Date;
}): number | null {
  const { key, question, typed, at } = input;
  const present = ocraTimeStep(TRANSACTION_SUITE, at);
  let matching: number | null = null;
  for (let minute = Math.max(present - SKEW_MINUTES, 0); minute <= present + SKEW_MINUTES; minute += 1) {
    const right = Buffer.from(ocra({ suite: TRANSACTION_SUITE, key, question, timeStep: minute }));
    if (equalInConstantTime(Buffer.from(typed), right)) matching = minute;
  }
  return matching;
}

/**
 * The bytes of one input; empty for an input that the suite does not take. `spec` is the suite's requirement for it.
 */
function part<Spec, Value>(
  suite: string,
  name: string,
  spec: Spec | null,
  value: Value | undefined,
  bytesOf: (value: Value, spec: Spec) => Uint8Array,
): Uint8Array {
  if (spec === null) {
    if (value !== undefined) throw new Error(`${suite}: takes no ${name}`);
    return Buffer.alloc(0);
  }
  if (value === undefined) throw new Error(`${suite}: the ${name} is missing`);
  return bytesOf(value, spec);
}

/** The questions in sequence, padded with zeros on the right. A numeric question is converted to hexadecimal first. */
function questionBytes(suite: string, spec: OcraSuite['question'], question: OcraInput['question']): Buffer {
  const { format, length } = spec;
  const allowed = new RegExp(`^${ALPHABETS[format]}{1,${length}}$`);
  const questions = typeof question === 'string' ? [question] : question;
  if (!questions.every((one) => allowed.test(one))) {
    throw new Error(`${suite}: a question must be 1 to ${length} characters of ${ALPHABETS[format]}`);
  }
  const text = questions.join('');
  const hex = { A: () => Buffer.from(text).toString('hex'), N: () => BigInt(text).toString(16), H: () => text };
  return Buffer.from(hex[format]().padEnd(2 * QUESTION_BYTES, '0'), 'hex');
}
