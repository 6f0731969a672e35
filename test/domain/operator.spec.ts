import { describe, expect, it } from '@jest/globals';
import {
  APPROVAL_KINDS,
  APPROVAL_STATES,
  APPROVAL_TRANSITIONS,
  mayOperator,
  OPERATOR_PERMISSIONS,
  OPERATOR_ROLES,
  type OperatorPermission,
  type OperatorRole,
} from '../../src/domain/operator.ts';

/** The permissions, written by hand; the table of the domain must match. */
const MAY: Record<OperatorPermission, string> = {
  search: 'viewer agent supervisor',
  look: 'viewer agent supervisor',
  reveal: 'agent supervisor',
  cancel: 'agent supervisor',
  report_loss: 'agent supervisor',
  unlock_pin: 'agent supervisor',
  check_caller: 'agent supervisor',
  test_push: 'agent supervisor',
  end_sms_permission: 'agent supervisor',
  ask: 'agent supervisor',
  apply_reissue: 'agent supervisor',
  worklist: 'agent supervisor',
  settle: 'agent supervisor',
  ask_correction: 'agent supervisor',
  decide: 'supervisor',
  close_correction: 'supervisor',
  charges: 'supervisor',
  figures: 'supervisor',
  whole_audit: 'supervisor',
  resume: '',
  enrolment_code: '',
  subscribe: '',
  request_deed: '',
};

describe('an operator', () => {
  const pairs = (Object.keys(OPERATOR_PERMISSIONS) as OperatorPermission[]).flatMap((permission) =>
    OPERATOR_ROLES.map((role) => [role, permission, MAY[permission].split(' ').includes(role)] as const),
  );
  it.each<readonly [OperatorRole, OperatorPermission, boolean]>(pairs)(
    'an operator who is a %s may %s: %p',
    (role, permission, may) => {
      expect(mayOperator(role, permission)).toBe(may);
    },
  );

  it('an operator of a higher role may do everything that a lower role may', () => {
    for (const permission of Object.keys(OPERATOR_PERMISSIONS) as OperatorPermission[]) {
      const may = OPERATOR_ROLES.map((role) => mayOperator(role, permission));
      expect([...may].sort()).toEqual(may);
    }
  });
});

describe.each(APPROVAL_KINDS)('the approval of a %s', (kind) => {
  const transitions = APPROVAL_TRANSITIONS[kind];
  const reached = new Set<string>(['asked']);
  for (const state of reached) for (const next of transitions[state as 'asked']) reached.add(next);

  it('an approval reaches each of its states, and only an approved code is collected', () => {
    const own = APPROVAL_STATES.filter(
      (state) => kind === 'enrolment_code' || kind === 'subscribe' || state !== 'taken',
    );
    expect([...reached].sort()).toEqual([...own].sort());
  });

  it('an approval never returns to asked, and leaves no final state', () => {
    expect(Object.values(transitions).flat()).not.toContain('asked');
    for (const final of ['refused', 'expired', 'withdrawn', 'taken'] as const) expect(transitions[final]).toEqual([]);
  });
});
