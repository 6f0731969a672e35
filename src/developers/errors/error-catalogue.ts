import type { ProblemCode } from '../../domain/problem.ts';
import { APP_ERRORS } from './app-errors.ts';
import type { ErrorEntry } from './error-entry.ts';
import { OPERATOR_ERRORS } from './operator-errors.ts';
import { RELYING_PARTY_ERRORS, REQUEST_ERRORS } from './relying-party-errors.ts';

/** The groups in which the error reference shows its entries. */
export const ERROR_GROUPS = {
  request: REQUEST_ERRORS,
  relyingParty: RELYING_PARTY_ERRORS,
  app: APP_ERRORS,
  operator: OPERATOR_ERRORS,
} as const;

/** Every problem, explained. A new code without an entry does not compile. */
export const ERROR_CATALOGUE: Readonly<Record<ProblemCode, ErrorEntry>> = {
  ...REQUEST_ERRORS,
  ...RELYING_PARTY_ERRORS,
  ...APP_ERRORS,
  ...OPERATOR_ERRORS,
};
