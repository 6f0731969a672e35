/** One row of the transaction that a person approves, as the app shows it: 받는 분, 홍길동. */
export interface TransactionField {
  label: string;
  value: string;
}

/** The maximum number of fields in a transaction; the minimum is one. */
export const TRANSACTION_FIELDS = 10;
/** The maximum length of a label and of a value, in user-perceived characters; the minimum is one. */
export const TRANSACTION_LABEL_LENGTH = 20;
export const TRANSACTION_VALUE_LENGTH = 100;

/**
 * The canonical text of a transaction for one authentication: the text that is signed.
 * JSON quotes every label and value and escapes quotation marks. Nothing is trimmed, folded or normalised, so the text
 * can be parsed back without loss, and two different transactions never share a text.
 * Anything but a list of one or more fields, each with exactly its two texts, is refused, because its text would be the
 * same for different transactions: TypeError.
 */
export function canonicalTransaction(authenticationId: string, transaction: readonly TransactionField[]): string {
  if (!isTransaction(transaction))
    throw new TypeError('a transaction is a list of fields, each with the texts label and value alone');
  const fields = transaction.map(({ label, value }) => [label, value]);
  return JSON.stringify(['pushguard-transaction-v1', authenticationId, fields]);
}

function isTransaction(value: unknown): value is readonly TransactionField[] {
  return Array.isArray(value) && value.length > 0 && Array.from<unknown>(value).every(isField);
}

function isField(field: unknown): field is TransactionField {
  if (typeof field !== 'object' || field === null || Array.isArray(field)) return false;
  const { label, value } = field as Partial<TransactionField>;
  return Object.keys(field).length === 2 && isSignable(label) && isSignable(value);
}

/**
 * A text that its bytes keep: no lone surrogate (`Cs`), and no U+FFFD, which stands for a character that was lost before.
 */
function isSignable(text: unknown): text is string {
  return typeof text === 'string' && text !== '' && !/[\p{Cs}\ufffd]/u.test(text);
}
