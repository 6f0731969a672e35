/** One row of a transaction. Show all of them, in their order, before showing the code. */
export type TransactionField = { label: string; value: string };

/** The transaction for which a code is computed, and its authentication. */
export type SignedTransaction = { authenticationId: string; transaction: readonly TransactionField[] };

const transactionSuite = 'OCRA-1:HOTP-SHA256-8:QA64-T1M';
/** Bytes that OCRA reserves for the question, padded with zeros. */
const questionBytes = 128;

/** The code of this half minute, six digits: TOTP (RFC 6238) with SHA-256 and the 32-byte secret of the enrolment. */
export async function timeCode(secret: Uint8Array<ArrayBuffer>, at: Date): Promise<string> {
  return hotp(secret, eightBytes(at, 30), 6);
}

/**
 * Eight digits that approve this one transaction of this one authentication in this minute: OCRA (RFC 6287) over the
 * SHA-256 of its canonical form. Any changed character gives another code.
 * The code is the payer's consent: compute it only after the person has seen the fields and typed the PIN.
 */
export async function transactionCode(
  secret: Uint8Array<ArrayBuffer>,
  signed: SignedTransaction,
  at: Date,
): Promise<string> {
  const question = new Uint8Array(questionBytes);
  question.set(utf8(await transactionQuestion(signed)));
  return hotp(secret, joined(utf8(`${transactionSuite}\0`), question, eightBytes(at, 60)), 8);
}

/**
 * SHA-256 of the canonical form, as 64 lower-case hexadecimal characters. Throws TypeError for anything but a list of one
 * or more fields, each with exactly its two texts: different transactions would have the same digest.
 */
export async function transactionQuestion({ authenticationId, transaction }: SignedTransaction): Promise<string> {
  if (!isTransaction(transaction))
    throw new TypeError('a transaction is a list of fields, each with the texts label and value alone');
  const fields = transaction.map(({ label, value }) => [label, value]);
  const canonical = JSON.stringify(['pushguard-transaction-v1', authenticationId, fields]);
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', utf8(canonical)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function isTransaction(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && Array.from<unknown>(value).every(isField);
}

function isField(field: unknown): boolean {
  if (typeof field !== 'object' || field === null || Array.isArray(field)) return false;
  const { label, value } = field as Partial<TransactionField>;
  return Object.keys(field).length === 2 && isSignable(label) && isSignable(value);
}

/**
 * A text that its bytes keep: no lone surrogate (`Cs`), and no U+FFFD, which stands for a character that was lost before.
 */
function isSignable(text: unknown): boolean {
  return typeof text === 'string' && text !== '' && !/[\p{Cs}\ufffd]/u.test(text);
}

/** Decimal digits of an HMAC-SHA256, at the offset that its last four bits give (RFC 4226, 5.3). */
async function hotp(
  secret: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
  digits: number,
): Promise<string> {
  const key = await crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, message));
  const number = mac.getUint32(mac.getUint8(mac.byteLength - 1) & 0x0f) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

/** The number of the time step at an instant, as eight big-endian bytes. */
function eightBytes(at: Date, secondsOfAStep: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(Math.floor(at.getTime() / 1000 / secondsOfAStep)));
  return bytes;
}

function joined(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)));
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
