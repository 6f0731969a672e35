/** Where accounts of people belong: the operators' desk, or the console of relying parties. No session serves in both. */
export const REALMS = ['desk', 'console'] as const;
export type Realm = (typeof REALMS)[number];

/** Consecutive failed sign-ins that lock an account where they came from, and the seconds for which it stays locked. */
export const SIGN_IN_ATTEMPTS = 5;
export const SIGN_IN_LOCK_SECONDS = 900;
/** Days for which an address is remembered from which a person signed in. */
export const FAMILIAR_ADDRESS_DAYS = 90;
/** Seconds until a session ends: without use, and in any case. */
export const SESSION_IDLE_SECONDS = 900;
export const SESSION_SECONDS = 28_800;

/** The minimum password length in user-perceived characters, and the maximum length that is hashed. */
const PASSWORD_LENGTH = 12;
export const LONGEST_PASSWORD = 200;

/** The form of a login name, as sign-in and audit show it. */
export const LOGIN = /^[a-z][a-z0-9._-]{1,31}$/;

/** Why a password cannot be chosen. */
export type PasswordFault = 'short' | 'long' | 'different';

/** Why the password of a person who is signed in was not replaced. */
export type ChosenPasswordFault = PasswordFault | 'same' | 'wrong';

/** Why the authenticator of a person who is signed in was not replaced: the code of the new one, or what proves the person. */
export type AuthenticatorFault = 'code' | 'wrong';

/** What is wrong with a chosen password that was typed twice; null where nothing is. */
export function passwordFault(chosen: string, again: string): PasswordFault | null {
  const length = Array.from(chosen.normalize('NFC')).length;
  if (length < PASSWORD_LENGTH) return 'short';
  if (length > LONGEST_PASSWORD) return 'long';
  return chosen === again ? null : 'different';
}
