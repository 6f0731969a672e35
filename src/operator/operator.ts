import type { ListedAccount, NewAccount, SignedInAccount } from '../accounts/account.ts';

/** The operator who is signed in at the desk. An operator with an initial password must choose another one first. */
export type SignedInOperator = Extract<SignedInAccount, { realm: 'desk' }>;

export type ListedOperator = ListedAccount;

/** The data from which an administrator creates an account. */
export type NewOperator = Omit<Extract<NewAccount, { realm: 'desk' }>, 'realm'>;
