import type { OperatorRole } from '../domain/operator.ts';
import type { Account } from './account.entity.ts';

type Person = Pick<Account, 'id' | 'login' | 'name' | 'passwordIsInitial'>;

/** What an account has in its realm: an operator has a role, and a person at the console none. */
type InItsRealm = { realm: 'desk'; role: OperatorRole } | { realm: 'console'; role: null };

/** The person who is signed in. One with an initial password must choose another one first. */
export type SignedInAccount = Person & InItsRealm;

/** The data from which an account is created whose password the service makes. */
export type NewAccount = Pick<Account, 'login' | 'name'> & InItsRealm;

export type ListedAccount = Pick<Account, 'id' | 'login' | 'name' | 'role' | 'createdAt' | 'disabledAt'>;

/** An account by the names that people know. */
export type NamedAccount = Pick<Account, 'id' | 'login' | 'name'>;
