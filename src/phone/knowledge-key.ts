import { argon2id } from 'hash-wasm';
import { base64url } from 'jose';

/** Argon2id's cost: `m` KiB of memory, `t` passes, `p` lanes. */
export type KdfCost = { m: number; t: number; p: number };

/** The knowledge key as it is stored: `salt` (16 bytes) and `wrapped` (32 bytes), both base64url. */
export type WrappedKnowledgeKey = { kdf: 'argon2id'; cost: KdfCost; salt: string; wrapped: string };

/** OWASP's first choice for Argon2id. Stored with each wrapping, so that it can rise with later PIN changes. */
const defaultKdfCost: KdfCost = { m: 19_456, t: 2, p: 1 };

/** A PIN that is not six digits (`malformed`), or a newly chosen one that is too easy to guess (`guessable`). */
export class PinError extends Error {
  override readonly name = 'PinError';

  constructor(readonly reason: 'malformed' | 'guessable') {
    super(reason === 'malformed' ? 'a PIN is six digits' : 'this PIN is too easy to guess');
  }
}

/** K: 32 random bytes. This phone stores it wrapped, and sends it to the service once, at enrolment. */
export function generateKnowledgeKey(): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(32));
}

/**
 * Wraps K under a newly chosen PIN: `Argon2id(PIN, salt) XOR K`.
 *
 * There is deliberately no integrity tag. With one, a thief could try all million PINs against a stolen phone within an
 * hour. Without one, every PIN yields *some* 32 bytes, all equally likely.
 * Only the service can tell which are K, and it counts: five consecutive wrong proofs lock the device.
 *
 * `salt` (16 bytes) is set only by tests. Rejects with PinError `malformed` or `guessable`.
 */
export async function wrapKnowledgeKey(input: {
  knowledgeKey: Uint8Array;
  pin: string;
  cost?: KdfCost | undefined;
  salt?: Uint8Array;
}): Promise<WrappedKnowledgeKey> {
  assertChosenPin(input.pin);
  if (input.knowledgeKey.length !== 32) throw new RangeError('a knowledge key is 32 bytes');
  const cost = input.cost ?? defaultKdfCost;
  const salt = input.salt ?? crypto.getRandomValues(new Uint8Array(16));
  const wrapped = xor(input.knowledgeKey, await stretch(input.pin, salt, cost));
  return { kdf: 'argon2id', cost, salt: base64url.encode(salt), wrapped: base64url.encode(wrapped) };
}

/**
 * The result of unwrapping with this PIN: K for the right PIN; for a wrong one other bytes, without any error.
 * Rejects with PinError `malformed`. A guessable PIN passes, because the list may have grown since the PIN was chosen.
 */
export async function unwrapKnowledgeKey(stored: WrappedKnowledgeKey, pin: string): Promise<Uint8Array<ArrayBuffer>> {
  assertPin(pin);
  return xor(base64url.decode(stored.wrapped), await stretch(pin, base64url.decode(stored.salt), stored.cost));
}

/**
 * Wraps the same K under a new PIN and a new salt. The phone cannot check `oldPin`: after a wrong one every later proof
 * is wrong, and the app must be enrolled again.
 *
 * The caller must overwrite the old wrapping and keep it out of backups. Two wrappings of one K are an offline oracle:
 * only the right pair of PINs makes them agree.
 */
export async function rewrapKnowledgeKey(input: {
  stored: WrappedKnowledgeKey;
  oldPin: string;
  newPin: string;
  cost?: KdfCost | undefined;
}): Promise<WrappedKnowledgeKey> {
  assertPin(input.oldPin);
  assertChosenPin(input.newPin);
  const knowledgeKey = await unwrapKnowledgeKey(input.stored, input.oldPin);
  const cost = input.cost ?? input.stored.cost;
  const rewrapped = await wrapKnowledgeKey({ knowledgeKey, pin: input.newPin, cost });
  knowledgeKey.fill(0);
  return rewrapped;
}

/**
 * Throws PinError `malformed` or `guessable`. Call it when the person chooses a PIN, before any request to the service.
 */
export function assertChosenPin(pin: string): void {
  assertPin(pin);
  if (isGuessable(pin)) throw new PinError('guessable');
}

function assertPin(pin: string): void {
  if (!/^\d{6}$/.test(pin)) throw new PinError('malformed');
}

/** The most popular PINs that no rule below covers; a thief has only five guesses. */
const popularPins = new Set([
  '112233',
  '332211',
  '111222',
  '123321',
  '100200',
  '101010',
  '147258',
  '258369',
  '159753',
  '456123',
  '789456',
  '142536',
  '135790',
  '246810',
  '102030',
  '010203',
]);

function isGuessable(pin: string): boolean {
  return popularPins.has(pin) || repeats(pin) || isSequence(pin, 1) || isSequence(pin, 9);
}

/** Repetitions: 000000, 121212, 123123. */
function repeats(pin: string): boolean {
  return [1, 2, 3].some((period) => pin === pin.slice(0, period).repeat(6 / period));
}

/** Sequences: 123456 and 890123 for step 1, 654321 and 210987 for step 9 (one down, modulo 10). */
function isSequence(pin: string, step: number): boolean {
  const digits = Array.from(pin, Number);
  return digits.every((digit, index) => index === 0 || digit === ((digits[index - 1] ?? 0) + step) % 10);
}

function stretch(pin: string, salt: Uint8Array, cost: KdfCost): Promise<Uint8Array> {
  const { m: memorySize, t: iterations, p: parallelism } = cost;
  return argon2id({ password: pin, salt, memorySize, iterations, parallelism, hashLength: 32, outputType: 'binary' });
}

function xor(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(left, (byte, index) => byte ^ (right[index] ?? 0));
}
