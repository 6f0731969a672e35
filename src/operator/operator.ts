import type { OperatorRole } from '../domain/operator.ts';

/** The operator who is signed in at the desk. */
export interface SignedInOperator {
  id: string;
  login: string;
  name: string;
  role: OperatorRole;
  /** The creator of the account knows this password, so the operator must choose another one first. */
  passwordIsInitial: boolean;
}

export interface ListedOperator {
  login: string;
  name: string;
  role: OperatorRole;
  createdAt: Date;
  disabledAt: Date | null;
}

/** The data from which an administrator creates an account. */
export interface NewOperator {
  login: string;
  name: string;
  role: OperatorRole;
}
