import type { CustomerSession } from './customer-session.entity.ts';

/** A customer's browser, and how far it has come. */
export type CustomerVisit = Pick<
  CustomerSession,
  | 'intent'
  | 'terms'
  | 'authenticationId'
  | 'lineId'
  | 'personIndex'
  | 'verifiedAt'
  | 'verifiedFor'
  | 'channel'
  | 'enrolment'
> & {
  /** Whether the verification was within the last ten minutes. */
  isFresh: boolean;
};
