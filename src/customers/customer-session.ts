import type { Channel } from '../domain/authentication.ts';

/** What somebody came to the website for, and has to be verified for. */
export const INTENTS = ['join', 'login', 'cancel', 'new_phone'] as const;
export type Intent = (typeof INTENTS)[number];

/** A customer's browser, and how far it has come. */
export interface CustomerSession {
  intent: Intent;
  /** The version of the terms that was agreed to. */
  terms: string | null;
  /** The verification that is under way. */
  authenticationId: string | null;
  /** Whose line it may see; null until somebody was verified. */
  lineId: string | null;
  personIndex: Buffer | null;
  verifiedAt: Date | null;
  /** What the person was told that the code would do, and how it came. */
  verifiedFor: Intent | null;
  channel: Channel | null;
  /** Whether that was within the last ten minutes. */
  isFresh: boolean;
  enrolment: Buffer | null;
}
