const AUTHENTICATION = '01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e';
const DEVICE = '01974b00-1a2b-7c3d-8e4f-5a6b7c8d9e0f';
const PERMISSION = '01974c30-2c62-7f33-8e4d-2b60718f9dac';
const NONCE = 'Xk3v9QmT0rY6wB2sN8hD5g';
const PROOF = 'mZ3vT1kq8W0yR5uB7nX2cL6sD4fG9hJ1aE0iO8pQrVw';
const ENVELOPE = 'eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSJ9..aXY.Y2lwaGVydGV4dA.dGFn';
const PUBLIC_KEY = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};
const RELYING_PARTY = { name: '한빛서점' };
const CODE = {
  enrolmentCode: '7KQ2M-9XH4T-B3VWC-5R8YN',
  enrolmentUri: 'pushguard://enrol?issuer=ISSUER_ENCODED&code=7KQ2M-9XH4T-B3VWC-5R8YN',
};

export const APP_EXAMPLES = {
  PendingResponse: {
    id: AUTHENTICATION,
    relyingParty: RELYING_PARTY,
    purpose: '회원가입',
    requestedAt: '2026-11-28T09:00:00.000Z',
    expiresAt: '2026-11-28T09:03:00.000Z',
    endUser: { ip: '203.0.113.7', userAgent: 'Chrome' },
    nonce: NONCE,
    state: 'pending',
  },
  OpenRequest: { pinProof: PROOF },
  OpenedResponse: { state: 'opened' },
  ApproveRequest: { pinProof: PROOF, match: '47' },
  ApprovedResponse: { state: 'verified' },
  CodeEnvelopeResponse: { envelope: ENVELOPE },
  EnvelopeResponse: { envelope: ENVELOPE },
  DeclineRequest: { reason: 'not_me' },
  SmsPermissionsResponse: {
    minutes: 10,
    relyingParties: [{ id: '01974a10-5d6e-7f80-9102-132435465768', ...RELYING_PARTY, refusesSms: false }],
    permissions: [],
  },
  SmsPermissionRequest: { relyingPartyId: '01974a10-5d6e-7f80-9102-132435465768' },
  AskedSmsPermissionResponse: {
    id: PERMISSION,
    relyingParty: RELYING_PARTY,
    nonce: NONCE,
    expiresAt: '2026-11-28T09:03:00.000Z',
  },
  ConfirmSmsRequest: { pinProof: PROOF },
  PermittedSmsResponse: { endsAt: '2026-11-28T09:10:00.000Z' },
  AuthenticatorResponse: {
    kind: 'otp',
    serialNumber: 'PG-1234-5678-9012',
    vendorCode: 'PG',
    issuer: null,
    locked: false,
    createdAt: '2026-11-01T01:00:00.000Z',
  },
  EnrolAuthenticatorRequest: { kind: 'otp', terms: '2026-01', pinCheckId: PERMISSION, pinProof: PROOF },
  EnrolledAuthenticatorResponse: {
    kind: 'otp',
    serialNumber: 'PG-1234-5678-9012',
    vendorCode: 'PG',
    envelope: ENVELOPE,
  },
  OwnRegistrationResponse: {
    id: '01974c2f-0b51-7e22-9d3c-1a5f6e7d8c9b',
    relyingParty: { name: '한빛은행' },
    state: 'pending',
    device: { name: '내 휴대폰', serialNumber: 'PG-1234-5678-9012' },
    requestedAt: '2026-11-28T09:00:00.000Z',
    expiresAt: '2026-11-28T09:10:00.000Z',
    confirmedAt: null,
    nonce: NONCE,
  },
  ConfirmRegistrationRequest: { pinProof: PROOF },
  ConfirmedRegistrationResponse: { state: 'active' },
  EnrolmentCodeRequest: { enrolmentCode: '7KQ2M-9XH4T-B3VWC-5R8YN' },
  EnrolmentCodeResponse: {
    kind: 'phone',
    phoneNumber: '010-****-5678',
    serialNumber: 'PG-1234-5678-9012',
    expiresAt: '2026-11-28T09:10:00.000Z',
    documents: [
      { document: 'terms', version: '2026-11-28', url: 'ISSUER/terms?version=2026-11-28' },
      { document: 'privacy', version: '2026-11-28', url: 'ISSUER/privacy?version=2026-11-28' },
    ],
    keptDays: { history: 730, personalData: 1827 },
  },
  EnrolRequest: {
    enrolmentCode: '7KQ2M-9XH4T-B3VWC-5R8YN',
    signingKey: PUBLIC_KEY,
    encryptionKey: PUBLIC_KEY,
    knowledgeKey: 'mZ3vT1kq8W0yR5uB7nX2cL6sD4fG9hJ1aE0iO8pQrVw',
    platform: 'android',
    formFactor: 'phone',
    osVersion: '16',
    appVersion: '1.0.0',
    pushToken: 'fcm-token',
    name: '내 휴대폰',
    consent: { locale: 'ko', terms: '2026-11-28', privacy: '2026-11-28' },
  },
  EnrolResponse: { deviceId: DEVICE, serialNumber: 'PG-1234-5678-9012', state: 'testing' },
  TestRequest: { code: '482913' },
  TestResponse: { deviceId: DEVICE, state: 'active' },
  DeviceResponse: {
    state: 'active',
    serialNumber: 'PG-1234-5678-9012',
    pinLocked: false,
    pushes: true,
    subscription: 'active',
    maskedPhoneNumber: '010-****-5678',
  },
  PushTokenRequest: { pushToken: 'fcm-token' },
  PushKeyResponse: {
    applicationServerKey: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
  },
  PinCheckResponse: { id: PERMISSION, nonce: NONCE, expiresAt: '2026-11-28T09:03:00.000Z' },
  PinCheckRequest: { pinProof: PROOF },
  HistoryResponse: {
    id: AUTHENTICATION,
    requestedAt: '2026-11-28T09:00:00.000Z',
    relyingParty: RELYING_PARTY,
    purpose: '회원가입',
    channel: 'push',
    state: 'verified',
    closedAt: '2026-11-28T09:00:42.118Z',
    device: '내 휴대폰',
  },
  NamedPersonRequest: { birthDate: '900101', genderDigit: '1', phoneNumber: '010-1234-5678' },
  LossReportResponse: { state: 'taken_down' },
  AlertsResponse: {
    alerts: [
      {
        id: '01974c31-3d73-7044-9f5e-3c718290aebd',
        kind: 'sim_swapped',
        at: '2026-11-28T08:00:00.000Z',
        expiresAt: '2026-12-01T08:00:00.000Z',
        state: 'open',
        nonce: NONCE,
      },
    ],
  },
  AlertAnswerRequest: { pinProof: PROOF },
  NewPhoneResponse: { ...CODE, expiresAt: '2026-11-28T09:10:00.000Z' },
} as const;
