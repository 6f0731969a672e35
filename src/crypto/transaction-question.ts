import { canonicalTransaction, type TransactionField } from '../domain/transaction.ts';
import { sha256 } from './sha256.ts';

/**
 * The OCRA question that the app signs: SHA-256 of the transaction's canonical form as 64 lower-case hexadecimal
 * characters, exactly the longest question of OCRA (RFC 6287, 6.3).
 */
export function transactionQuestion(authenticationId: string, transaction: readonly TransactionField[]): string {
  return sha256(canonicalTransaction(authenticationId, transaction)).toString('hex');
}
