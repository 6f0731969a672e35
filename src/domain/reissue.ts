export const REISSUE_STATES = [
  'applied',
  'approved',
  'issued',
  'registered',
  'completed',
  'refused',
  'withdrawn',
  'expired',
] as const;
export type ReissueState = (typeof REISSUE_STATES)[number];

/**
 * From each state, the states that may follow it. Applied for by one person and approved by another, which ends the old
 * device for ever; issued when its code is handed over or printed, again if need be; registered by the new phone, and
 * completed by its test.
 */
export const REISSUE_TRANSITIONS: Readonly<Record<ReissueState, readonly ReissueState[]>> = {
  applied: ['approved', 'refused', 'withdrawn', 'expired'],
  approved: ['issued', 'withdrawn', 'expired'],
  issued: ['issued', 'registered', 'withdrawn', 'expired'],
  registered: ['issued', 'completed', 'withdrawn', 'expired'],
  completed: [],
  refused: [],
  withdrawn: [],
  expired: [],
};

/** Why another one is needed. */
export const REISSUE_CAUSES = ['lost', 'broken'] as const;
export type ReissueCause = (typeof REISSUE_CAUSES)[number];

/** How the person showed who they are; an operator looked at it, and says so. */
export const IDENTITY_PROOFS = ['phone', 'certificate', 'i_pin', 'id_card'] as const;
export type IdentityProof = (typeof IDENTITY_PROOFS)[number];

/** How the code comes to the person: at a counter, in a letter, or told while the app is open. */
export const REISSUE_DELIVERIES = ['visit', 'post', 'app'] as const;
export type ReissueDelivery = (typeof REISSUE_DELIVERIES)[number];

/** Seconds in which an application is to be decided, and what was approved or issued by hand to be finished. */
export const REISSUE_SECONDS = 7 * 86_400;
