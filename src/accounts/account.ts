import type { OperatorRole } from '../domain/operator.ts';
import type { Account } from './account.entity.ts';

type Person = Pick<Account, 'id' | 'login' | 'name' | 'passwordIsInitial'>;

/** What an account has in its realm: an operator has a role, and a person at the console none. */
type InItsRealm = { realm: 'desk'; role: OperatorRole } | { realm: 'console'; role: null };

/** The person who is signed in. One with an initial password must choose another one first. */
export type SignedInAccount = Person & InItsRealm;

/** The data from which an account is created whose password the service makes. */
export type NewAccount = Pick<Account, 'login' | 'name'> & InItsRealm;

/** A password and an authenticator that a person chose and has shown to work; `Accounts.prove` makes them. */
export interface ProvenSecrets {
  /** `scrypt:N:r:p:salt:digest` */
  password: string;
  /** Base32. */
  totpSecret: string;
  /** The time step of the one-time password that was typed. */
  totpStep: number;
}

/** The data of a person who opens an account of the console with secrets of their own. */
export type OwnAccount = Pick<Account, 'login' | 'name'> & { realm: 'console' } & ProvenSecrets;

export type ListedAccount = Pick<Account, 'id' | 'login' | 'name' | 'role' | 'createdAt' | 'disabledAt'>;

/** An account by the names that people know. */
export type NamedAccount = Pick<Account, 'id' | 'login' | 'name'>;
