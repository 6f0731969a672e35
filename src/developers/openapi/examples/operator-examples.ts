const SUBSCRIPTION = '01974a00-4c5d-7e6f-8a90-b1c2d3e4f506';
const REISSUE = '01974c32-4e84-7155-8a6f-4d8293a1bfce';
const STANDING = {
  subscriptionId: SUBSCRIPTION,
  state: 'suspended',
  suspensions: ['loss_reported'],
  reason: 'loss_reported',
};
const CODE = {
  enrolmentCode: '7KQ2M-9XH4T-B3VWC-5R8YN',
  enrolmentUri: 'pushguard://enrol?issuer=ISSUER_ENCODED&code=7KQ2M-9XH4T-B3VWC-5R8YN',
};
const REASON = 'The customer called';

export const OPERATOR_EXAMPLES = {
  EligibilityResponse: {
    eligible: false,
    reasons: [{ code: 'prepaid_plan', message: '선불 요금제 / Prepaid plans' }],
    line: {
      phoneNumber: '010-****-5678',
      carrier: '시범통신',
      status: 'active',
      holder: 'self',
      plan: 'prepaid',
      os: 'android',
      osVersion: '16',
    },
  },
  SubscribeRequest: { phoneNumber: '010-1234-5678', reason: REASON },
  EnrolmentResponse: { subscriptionId: SUBSCRIPTION, ...CODE },
  SubscriptionResponse: {
    ...STANDING,
    since: '2026-11-28T09:00:00.000Z',
    subscribedAt: '2026-10-01T01:00:00.000Z',
    protectedSince: '2026-10-01T01:05:00.000Z',
    device: null,
  },
  ReasonRequest: { reason: REASON },
  StandingResponse: STANDING,
  DeedRequestRequest: { deed: 'cancel', reason: REASON },
  DeedRequestResponse: {
    requestId: '01974c33-5f95-7266-9b70-5e93a4b2c0df',
    subscriptionId: SUBSCRIPTION,
    deed: 'cancel',
    expiresAt: '2026-11-29T09:00:00.000Z',
  },
  OperatorHistoryResponse: {
    id: '01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e',
    requestedAt: '2026-11-28T09:00:00.000Z',
    relyingParty: { name: '한빛서점' },
    purpose: '회원가입',
    channel: 'push',
    state: 'verified',
    closedAt: '2026-11-28T09:00:42.118Z',
    device: '내 **폰',
  },
  PhoneLookResponse: {
    subscriptionId: SUBSCRIPTION,
    finding: 'token_dead',
    lastContactAt: '2026-11-28T08:00:30.000Z',
    pushService: 'fcm',
    hasPushToken: false,
    pushTokenDiedAt: '2026-11-28T09:00:01.000Z',
    pushes: [
      {
        kind: 'wake',
        pushService: 'fcm',
        outcome: 'unregistered',
        code: null,
        messageId: null,
        attempt: 1,
        answeredAt: '2026-11-28T09:00:01.000Z',
        tookMs: 84,
      },
    ],
    smsPermissions: [],
    alerts: [],
    held: 0,
  },
  HistoryEntryResponse: {
    id: '01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e',
    relyingParty: { name: '한빛서점' },
    channel: 'push',
    state: 'expired',
    startedAt: '2026-11-28T09:00:00.000Z',
    sentAt: '2026-11-28T09:00:00.000Z',
    openedAt: null,
    closedAt: '2026-11-28T09:03:00.000Z',
    attempts: 0,
    resends: 0,
    byWindow: false,
    held: false,
    notMe: false,
  },
  AuditResponse: {
    entries: [
      { at: '2026-11-28T09:00:00.000Z', operator: 'kim', action: 'report-loss', reason: REASON, outcome: 'done' },
    ],
    life: [
      {
        at: '2026-11-28T09:00:00.000Z',
        recordedAt: '2026-11-28T09:00:00.000Z',
        state: 'suspended',
        change: 'suspend',
        reason: 'loss_reported',
        actor: 'operator',
        actorId: 'kim',
        event: null,
      },
    ],
  },
  ReissueRequest: {
    reason: REASON,
    cause: 'lost',
    oldSerialNumber: 'PG-1234-5678-9012',
    identityProof: 'id_card',
    delivery: 'visit',
  },
  ReissueResponse: {
    id: REISSUE,
    subscriptionId: SUBSCRIPTION,
    state: 'applied',
    cause: 'lost',
    oldSerialNumber: 'PG-1234-5678-9012',
    identityProof: 'id_card',
    delivery: 'visit',
    ownApplication: null,
    appliedBy: 'kim',
    appliedAt: '2026-11-28T09:00:00.000Z',
    expiresAt: '2026-12-05T09:00:00.000Z',
    decidedBy: null,
    decidedAt: null,
    issuedBy: null,
    issuedAt: null,
    registeredAt: null,
    closedBy: null,
    closedAt: null,
  },
  IssuedReissueResponse: { reissueId: REISSUE, delivery: 'visit', ...CODE, expiresAt: '2026-11-28T09:10:00.000Z' },
  OverviewResponse: {
    at: '2026-11-28T09:00:00.000Z',
    lossReports: { open: 2, breaker: { on: false, since: null, until: null } },
    suspended: { line_suspended: 3, loss_reported: 2, sim_swapped: 1 },
    linesInDoubt: 4,
    waiting: { approvals: 1, reissues: 1 },
    notMe: [{ relyingParty: { name: '한빛서점' }, count: 2 }],
  },
} as const;

const CHARGE = { subscriptionId: SUBSCRIPTION, lineId: 'line-0001', month: '2026-11', days: 28, amount: 1026 } as const;

export const OPERATOR_STREAMS = {
  getCharges: {
    answered: {
      'application/json': { month: '2026-11', closedAt: null, charges: [CHARGE] },
      'text/csv': `subscriptionId,lineId,month,days,amount\r\n${Object.values(CHARGE).join(',')}\r\n`,
    },
  },
} as const;
