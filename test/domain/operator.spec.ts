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

/** What was agreed, written out by hand: the table of the domain must say the same. */
const MAY: Record<OperatorPermission, string> = {
  search: 'viewer agent supervisor',
  look: 'viewer agent supervisor',
  own_password: 'viewer agent supervisor',
  reveal: 'agent supervisor',
  cancel: 'agent supervisor',
  report_loss: 'agent supervisor',
  unlock_pin: 'agent supervisor',
  ask: 'agent supervisor',
  apply_reissue: 'agent supervisor',
  worklist: 'agent supervisor',
  settle: 'agent supervisor',
  decide: 'supervisor',
  charges: 'supervisor',
  whole_audit: 'supervisor',
  resume: '',
  enrolment_code: '',
  subscribe: '',
};

describe('an operator', () => {
  const pairs = (Object.keys(OPERATOR_PERMISSIONS) as OperatorPermission[]).flatMap((permission) =>
    OPERATOR_ROLES.map((role) => [role, permission, MAY[permission].split(' ').includes(role)] as const),
  );
  it.each<readonly [OperatorRole, OperatorPermission, boolean]>(pairs)(
    'who is a %s may %s: %p',
    (role, permission, may) => {
      expect(mayOperator(role, permission)).toBe(may);
    },
  );

  it('who is more may never do less', () => {
    for (const permission of Object.keys(OPERATOR_PERMISSIONS) as OperatorPermission[]) {
      const may = OPERATOR_ROLES.map((role) => mayOperator(role, permission));
      expect([...may].sort()).toEqual(may);
    }
  });
});

describe.each(APPROVAL_KINDS)('the asking for a %s', (kind) => {
  const transitions = APPROVAL_TRANSITIONS[kind];
  const reached = new Set<string>(['asked']);
  for (const state of reached) for (const next of transitions[state as 'asked']) reached.add(next);

  it('reaches every state that is its own, and only an approved code is taken', () => {
    const own = APPROVAL_STATES.filter((state) => kind === 'enrolment_code' || state !== 'taken');
    expect([...reached].sort()).toEqual([...own].sort());
  });

  it('is never asked again, and what is decided against or over stays so', () => {
    expect(Object.values(transitions).flat()).not.toContain('asked');
    for (const final of ['refused', 'expired', 'withdrawn', 'taken'] as const) expect(transitions[final]).toEqual([]);
  });
});
