import type { CustomerSession } from './customer-session.entity.ts';

/** A customer's browser, and the progress of its verification. */
export type CustomerVisit = Pick<
  CustomerSession,
  | 'intent'
  | 'terms'
  | 'authenticationId'
  | 'lineId'
  | 'personIndex'
  | 'verifiedAt'
  | 'verifiedFor'
  | 'verifiedBy'
  | 'channel'
  | 'enrolment'
> & {
  /** True if the verification was within the last ten minutes. */
  isFresh: boolean;
};
