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
 * JSON quotes every label and value and escapes quotation marks. It also escapes lone surrogates, which UTF-8 cannot
 * tell apart.
 * Nothing is trimmed, folded or normalised, so the text can be parsed back without loss, and two different transactions
 * never share a text.
 */
export function canonicalTransaction(authenticationId: string, transaction: readonly TransactionField[]): string {
  const fields = transaction.map(({ label, value }) => [label, value]);
  return JSON.stringify(['pushguard-transaction-v1', authenticationId, fields]);
}
