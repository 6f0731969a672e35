/** The roles of operators, from the fewest permissions to the most. */
export const OPERATOR_ROLES = ['viewer', 'agent', 'supervisor'] as const;
export type OperatorRole = (typeof OPERATOR_ROLES)[number];

const ALL_ROLES = OPERATOR_ROLES;
const ACTING_ROLES = ['agent', 'supervisor'] as const;
const SUPERVISORS = ['supervisor'] as const;
const NO_ROLE_ALONE = [] as const;

/**
 * The roles that may perform each action.
 * Actions that give a new person access need two people: one operator requests them, another one decides.
 * A subscription begins with an enrolment code, so no operator may create one alone either.
 */
export const OPERATOR_PERMISSIONS = {
  search: ALL_ROLES,
  look: ALL_ROLES,
  reveal: ACTING_ROLES,
  cancel: ACTING_ROLES,
  report_loss: ACTING_ROLES,
  unlock_pin: ACTING_ROLES,
  check_caller: ACTING_ROLES,
  test_push: ACTING_ROLES,
  end_sms_permission: ACTING_ROLES,
  ask: ACTING_ROLES,
  apply_reissue: ACTING_ROLES,
  worklist: ACTING_ROLES,
  settle: ACTING_ROLES,
  ask_correction: ACTING_ROLES,
  decide: SUPERVISORS,
  close_correction: SUPERVISORS,
  charges: SUPERVISORS,
  figures: SUPERVISORS,
  whole_audit: SUPERVISORS,
  resume: NO_ROLE_ALONE,
  enrolment_code: NO_ROLE_ALONE,
  subscribe: NO_ROLE_ALONE,
  /** Requests of programs to one another. Operators request at the desk. */
  request_deed: NO_ROLE_ALONE,
} as const satisfies Record<string, readonly OperatorRole[]>;
export type OperatorPermission = keyof typeof OPERATOR_PERMISSIONS;

/** True if one operator with this role may perform the action alone. */
export function mayOperator(role: OperatorRole, permission: OperatorPermission): boolean {
  return (OPERATOR_PERMISSIONS[permission] as readonly OperatorRole[]).includes(role);
}

/** The actions that one operator requests and another one decides. */
export const APPROVAL_KINDS = ['resume', 'enrolment_code', 'cancel', 'unlock_pin', 'subscribe'] as const;
export type ApprovalKind = (typeof APPROVAL_KINDS)[number];

export const APPROVAL_STATES = ['asked', 'approved', 'refused', 'expired', 'withdrawn', 'taken'] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];

type ApprovalTransitions = Readonly<Record<ApprovalState, readonly ApprovalState[]>>;

/** The approval also performs what was requested, so `approved` has no successor. */
const PERFORMED: ApprovalTransitions = {
  asked: ['approved', 'refused', 'expired', 'withdrawn'],
  approved: [],
  refused: [],
  expired: [],
  withdrawn: [],
  taken: [],
};

/** An approved enrolment code waits until the requesting operator takes it or the request expires. */
const TAKEN: ApprovalTransitions = { ...PERFORMED, approved: ['taken', 'expired'] };

/** From each state, the states that may follow it. `subscribe` is for a line in a hold, and its code is taken too. */
export const APPROVAL_TRANSITIONS: Readonly<Record<ApprovalKind, ApprovalTransitions>> = {
  resume: PERFORMED,
  cancel: PERFORMED,
  unlock_pin: PERFORMED,
  enrolment_code: TAKEN,
  subscribe: TAKEN,
};

/**
 * Requests that are announced to the person (a cancellation, a reissue), of each kind, by one operator or program for one
 * person in a day.
 */
export const ANNOUNCED_REQUESTS_A_DAY = 5;

/** Seconds for which a request for approval is valid. */
export const APPROVAL_SECONDS = 86_400;
