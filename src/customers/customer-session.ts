/** What somebody came to the website for, and has to be verified for. */
export type Errand = 'join' | 'login' | 'cancel' | 'new_phone';

/** A customer's browser, and how far it has come. */
export interface CustomerSession {
  errand: Errand;
  /** The version of the terms that was agreed to. */
  terms: string | null;
  /** The verification that is under way. */
  authenticationId: string | null;
  /** Whose line it may see; null until somebody was verified. */
  lineId: string | null;
  personIndex: Buffer | null;
  verifiedAt: Date | null;
  /** Whether that was within the last ten minutes. */
  isFresh: boolean;
  enrolment: Buffer | null;
}
