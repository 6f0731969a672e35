/** What an operator's account may be, from the least to the most. */
export const OPERATOR_ROLES = ['viewer', 'agent', 'supervisor'] as const;
export type OperatorRole = (typeof OPERATOR_ROLES)[number];

const EVERYBODY = OPERATOR_ROLES;
const WHO_ACTS = ['agent', 'supervisor'] as const;
const SUPERVISORS = ['supervisor'] as const;
const NOBODY_ALONE = [] as const;

/**
 * Which roles may do what. What opens an account to somebody new is nobody's to do alone: it is asked for, and decided
 * by another person. A subscription begins with such a code, so nobody at the desk begins one either.
 */
export const OPERATOR_PERMISSIONS = {
  search: EVERYBODY,
  look: EVERYBODY,
  own_password: EVERYBODY,
  reveal: WHO_ACTS,
  cancel: WHO_ACTS,
  report_loss: WHO_ACTS,
  unlock_pin: WHO_ACTS,
  ask: WHO_ACTS,
  apply_reissue: WHO_ACTS,
  worklist: WHO_ACTS,
  settle: WHO_ACTS,
  decide: SUPERVISORS,
  charges: SUPERVISORS,
  whole_audit: SUPERVISORS,
  resume: NOBODY_ALONE,
  enrolment_code: NOBODY_ALONE,
  subscribe: NOBODY_ALONE,
} as const satisfies Record<string, readonly OperatorRole[]>;
export type OperatorPermission = keyof typeof OPERATOR_PERMISSIONS;

export function mayOperator(role: OperatorRole, permission: OperatorPermission): boolean {
  return (OPERATOR_PERMISSIONS[permission] as readonly OperatorRole[]).includes(role);
}

/** Wrong sign-ins in a row until an account is locked, and for how many seconds. */
export const SIGN_IN_ATTEMPTS = 5;
export const SIGN_IN_LOCK_SECONDS = 900;
/** Seconds after which a session ends that nobody used, and that everybody used. */
export const SESSION_IDLE_SECONDS = 900;
export const SESSION_SECONDS = 28_800;

/** The shortest password, in characters as people count them; the longest that is hashed. */
export const PASSWORD_LENGTH = 12;
export const LONGEST_PASSWORD = 200;

/** How an operator is called at sign-in and in the audit. */
export const LOGIN = /^[a-z][a-z0-9._-]{1,31}$/;

/** What is asked for by one person and decided by another. */
export const APPROVAL_KINDS = ['resume', 'enrolment_code'] as const;
export type ApprovalKind = (typeof APPROVAL_KINDS)[number];

export const APPROVAL_STATES = ['asked', 'approved', 'refused', 'expired', 'withdrawn', 'taken'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

/**
 * From each state, the states that may follow it. An approved resume has been done with the approval, so nothing
 * follows it; an approved code waits for who asked for it, and not for longer than the asking is good.
 */
export const APPROVAL_TRANSITIONS: Readonly<
  Record<ApprovalKind, Readonly<Record<ApprovalState, readonly ApprovalState[]>>>
> = {
  resume: {
    asked: ['approved', 'refused', 'expired', 'withdrawn'],
    approved: [],
    refused: [],
    expired: [],
    withdrawn: [],
    taken: [],
  },
  enrolment_code: {
    asked: ['approved', 'refused', 'expired', 'withdrawn'],
    approved: ['taken', 'expired'],
    refused: [],
    expired: [],
    withdrawn: [],
    taken: [],
  },
};

/** Seconds for which an asking is good. */
export const APPROVAL_SECONDS = 86_400;
