/** One line of what a person approves, as the app shows it: 받는 분, 홍길동. */
export interface TransactionField {
  label: string;
  value: string;
}

/** The most fields of a transaction; the least is one. */
export const TRANSACTION_FIELDS = 10;
/** The longest label and the longest value, in characters as people count them; the shortest have one. */
export const TRANSACTION_LABEL_LENGTH = 20;
export const TRANSACTION_VALUE_LENGTH = 100;

/**
 * The one text that a transaction is signed as, for one authentication. JSON puts every label and value between quotes
 * and escapes what could end one, and lone surrogates, which UTF-8 could not tell apart; nothing is trimmed, folded or
 * normalised. The text can be read back without loss, so two different transactions never share a form.
 */
export function canonicalTransaction(authenticationId: string, transaction: readonly TransactionField[]): string {
  const fields = transaction.map(({ label, value }) => [label, value]);
  return JSON.stringify(['pushguard-transaction-v1', authenticationId, fields]);
}
