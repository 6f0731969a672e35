const AUTHENTICATION = '01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e';
const PERSON = { birthDate: '900101', genderDigit: '1', phoneNumber: '010-1234-5678' };
const RESULT = {
  subject: '6Jt1v4mR0cXw2bQ8yZs5nA',
  birthDate: '1990-01-01',
  gender: 'male',
  foreigner: false,
  phoneNumber: '+821012345678',
  verifiedAt: '2026-11-28T09:00:42.118Z',
  channel: 'push',
};

export const RELYING_PARTY_EXAMPLES = {
  StartRequest: {
    ...PERSON,
    purpose: '회원가입',
    endUser: { ip: '203.0.113.7', userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/143.0' },
  },
  AuthenticationResponse: {
    id: AUTHENTICATION,
    channel: 'push',
    state: 'pending',
    expiresAt: '2026-11-28T09:03:00.000Z',
    attemptsLeft: 5,
  },
  VerificationRequest: { code: '482913' },
  VerificationResponse: {
    state: 'verified',
    result: RESULT,
    assertion:
      'eyJhbGciOiJFUzI1NiIsImtpZCI6IjIwMjYtMTEifQ.eyJpc3MiOiJodHRwczovL3B1c2hndWFyZC5leGFtcGxlIn0.c2lnbmF0dXJl',
  },
  TestAuthenticationResponse: {
    id: AUTHENTICATION,
    state: 'opened',
    code: '482913',
    opensAt: '2026-11-28T09:00:01.000Z',
  },
  OpenWindowRequest: {
    purpose: '회원가입',
    returnUrl: 'https://shop.example/return',
    state: 'n3Jx0uV7kQ',
    locale: 'ko',
  },
  OpenWindowResponse: {
    windowId: '01974c2e-9a40-7d10-8c2b-0f4e5d6c7b8a',
    url: 'ISSUER/windows/01974c2e-9a40-7d10-8c2b-0f4e5d6c7b8a',
    expiresAt: '2026-11-28T09:10:00.000Z',
  },
  WindowResponse: {
    state: 'closed',
    authentication: {
      id: AUTHENTICATION,
      channel: 'push',
      state: 'verified',
      expiresAt: '2026-11-28T09:03:00.000Z',
      attemptsLeft: 5,
      result: RESULT,
    },
  },
  RegistrationRequest: { ...PERSON, serialNumber: 'PG-1234-5678-9012', vendorCode: 'HANBIT' },
  RegistrationResponse: {
    id: '01974c2f-0b51-7e22-9d3c-1a5f6e7d8c9b',
    state: 'pending',
    requestedAt: '2026-11-28T09:00:00.000Z',
    expiresAt: '2026-11-28T09:10:00.000Z',
  },
  IssueSmartOtpRequest: PERSON,
  IssuedSmartOtpResponse: {
    enrolmentCode: '7KQ2M-9XH4T-B3VWC-5R8YN',
    enrolmentUri: 'pushguard://enrol?issuer=ISSUER_ENCODED&code=7KQ2M-9XH4T-B3VWC-5R8YN',
    expiresAt: '2026-11-28T09:10:00.000Z',
    vendorCode: 'HANBIT',
  },
  TokenRequest: { grant_type: 'client_credentials', scope: 'authentications' },
  TokenResponse: {
    access_token: 'eyJhbGciOiJFUzI1NiJ9.eyJzY29wZSI6ImF1dGhlbnRpY2F0aW9ucyJ9.c2lnbmF0dXJl',
    token_type: 'Bearer',
    expires_in: 300,
    scope: 'authentications',
  },
  BackchannelRequest: {
    scope: 'openid profile',
    login_hint: 'tel:+821012345678;x-birthdate=900101;x-gender-digit=1',
    binding_message: '결제 승인',
  },
  BackchannelResponse: {
    auth_req_id: 'Zl5x0VJ3o7p8l2m1uY4q9aBcDeFgHiJkLmNoPqRsTuV',
    expires_in: 180,
    interval: 5,
    pushguard_match: '47',
  },
  PushedAuthorizationResponse: {
    request_uri: 'urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c5V0Zb0kBqGf3dKfM',
    expires_in: 60,
  },
  UserinfoResponse: {
    sub: '3XlA3dVcTzKyp7nQz3Kp1V0uGr6kNw1Tn2sQ3f4a5b6',
    birthdate: '1990-01-01',
    gender: 'female',
    phone_number: '+821012345678',
    phone_number_verified: true,
  },
  IntrospectionResponse: {
    active: true,
    sub: '3XlA3dVcTzKyp7nQz3Kp1V0uGr6kNw1Tn2sQ3f4a5b6',
    client_id: 'shop',
    scope: 'openid profile phone',
    token_type: 'Bearer',
    iat: 1764500000,
    exp: 1764500300,
  },
  JwksResponse: {
    keys: [
      {
        kty: 'EC',
        crv: 'P-256',
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
        kid: '2026-11',
        alg: 'ES256',
        use: 'sig',
      },
    ],
  },
  ServerMetadataResponse: {
    issuer: 'ISSUER',
    token_endpoint: 'ISSUER/oauth2/token',
    jwks_uri: 'ISSUER/oauth2/jwks',
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
    scopes_supported: ['authentications', 'signing', 'webhooks', 'carrier', 'operator', 'operator.decide'],
    token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
    token_endpoint_auth_signing_alg_values_supported: ['ES256', 'PS256', 'EdDSA'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['ES256'],
    service_documentation: 'ISSUER/developers',
  },
} as const;

/** By the name of the parameter. Ids of paths have one too. */
export const PARAMETER_EXAMPLES: Readonly<Record<string, unknown>> = {
  id: AUTHENTICATION,
  authentication: AUTHENTICATION,
  lineId: 'line-0001',
  wait: 25,
  phoneNumber: '010-1234-5678',
  month: '2026-11',
  type: 'authentication.verified',
  limit: 100,
  since: '2026-11-27T00:00:00Z',
  until: '2026-11-28T00:00:00Z',
  cursor: 'msg_0198c5f0a1b24c3d9e8f7a6b5c4d3e2f',
  after: 'msg_0198c5f0a1b24c3d9e8f7a6b5c4d3e2f',
  dryRun: true,
  takenAt: '2026-11-28T03:00:00Z',
  missing: 'report',
  confirm: '3qZ0vT1kq8W',
  'Idempotency-Key': '5f2b1c9e-order-1881',
  'Audit-Reason': 'The customer called',
};
