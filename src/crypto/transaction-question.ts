import { canonicalTransaction, type TransactionField } from '../domain/transaction.ts';
import { sha256 } from './sha256.ts';

/**
 * What the app is asked to sign: SHA-256 of the transaction's canonical form, 64 lower-case hexadecimal characters,
 * which are just as many as the longest question of OCRA has (RFC 6287, 6.3).
 */
export function transactionQuestion(authenticationId: string, transaction: readonly TransactionField[]): string {
  return sha256(canonicalTransaction(authenticationId, transaction)).toString('hex');
}
