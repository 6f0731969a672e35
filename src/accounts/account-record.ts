import type { Session } from '../database/database.ts';

/** What a person did with an account. */
export interface AccountDeed {
  login: string;
  address: string;
  action: 'sign-in' | 'confirm' | 'password' | 'authenticator';
}

/** Where a realm records what people do with their accounts: a port, because the audit is in a room above. */
export interface AccountRecord {
  /** In the transaction of the deed, as its last work. */
  done(session: Session, deed: AccountDeed): Promise<void>;
  /** After the failure that locks the account where it came from. Anyone on the network can cause the others. */
  locked(deed: AccountDeed): Promise<void>;
}
