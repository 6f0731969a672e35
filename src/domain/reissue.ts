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
 * From each state, the states that may follow it.
 * - `applied`: one operator applied for the reissue.
 * - `approved`: another operator approved it, which revokes the old device for good.
 * - `issued`: the enrolment code was handed over or printed; it may be issued again.
 * - `registered`: the new phone has enrolled.
 * - `completed`: the new phone has passed its test.
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

/** The causes for which a subscriber needs another device. */
export const REISSUE_CAUSES = ['lost', 'broken'] as const;
export type ReissueCause = (typeof REISSUE_CAUSES)[number];

/** How the person proved their identity. An operator checked the proof and records it. */
export const IDENTITY_PROOFS = ['phone', 'certificate', 'i_pin', 'id_card'] as const;
export type IdentityProof = (typeof IDENTITY_PROOFS)[number];

/** How the code reaches the person: at a counter, by letter, or read out while the app is open. */
export const REISSUE_DELIVERIES = ['visit', 'post', 'app'] as const;
export type ReissueDelivery = (typeof REISSUE_DELIVERIES)[number];

/** Seconds in which an application must be decided, and an approved or issued reissue completed. */
export const REISSUE_SECONDS = 7 * 86_400;
