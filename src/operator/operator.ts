import type { OperatorRole } from '../domain/operator.ts';

/** Who sits at the desk. */
export interface SignedInOperator {
  id: string;
  login: string;
  name: string;
  role: OperatorRole;
  /** The person who made the account knows the password; the operator must choose another one first. */
  passwordIsInitial: boolean;
}

export interface ListedOperator {
  login: string;
  name: string;
  role: OperatorRole;
  createdAt: Date;
  disabledAt: Date | null;
}

/** An account as its maker hands it over. */
export interface NewOperator {
  login: string;
  name: string;
  role: OperatorRole;
}
