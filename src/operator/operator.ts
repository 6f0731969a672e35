import type { OperatorAccount } from './operator-account.entity.ts';

/** The operator who is signed in at the desk. An operator with an initial password must choose another one first. */
export type SignedInOperator = Pick<OperatorAccount, 'id' | 'login' | 'name' | 'role' | 'passwordIsInitial'>;

export type ListedOperator = Pick<OperatorAccount, 'login' | 'name' | 'role' | 'createdAt' | 'disabledAt'>;

/** The data from which an administrator creates an account. */
export type NewOperator = Pick<OperatorAccount, 'login' | 'name' | 'role'>;
