const ENDPOINT = {
  id: '01974c34-60a6-7377-8c81-6fa4b5c3d1e0',
  url: 'https://shop.example/pushguard',
  types: ['authentication.verified', 'authentication.expired'],
  description: null,
  disabled: false,
  disabledBy: null,
  failingSince: null,
  createdAt: '2026-11-28T09:00:00.000Z',
} as const;
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=';
const EVENT = 'msg_0198c5f0a1b24c3d9e8f7a6b5c4d3e2f';

export const WEBHOOK_EXAMPLES = {
  WebhookEndpointRequest: { url: ENDPOINT.url, types: ENDPOINT.types },
  ChangeWebhookEndpointRequest: { disabled: false },
  WebhookEndpointResponse: ENDPOINT,
  AddedWebhookEndpointResponse: { ...ENDPOINT, secret: SECRET },
  RotateSecretRequest: { gracePeriodHours: 24 },
  RotatedSecretResponse: { secret: SECRET, formerSecretUntil: '2026-11-29T09:00:00.000Z' },
  TestWebhookRequest: { type: 'authentication.verified' },
  SentWebhookResponse: { id: EVENT },
  ResendWebhookRequest: { endpointId: ENDPOINT.id },
  ReplayRequest: { since: '2026-11-28T00:00:00Z' },
  ReplayResponse: { events: 12, next: null },
  WebhookEventsResponse: {
    events: [
      {
        id: EVENT,
        type: 'authentication.verified',
        timestamp: '2026-11-28T09:00:42.118Z',
        data: {
          id: '01974c2e-8f3a-7c51-9b0e-6a1f2d3c4b5e',
          state: 'verified',
          channel: 'push',
          closedAt: '2026-11-28T09:00:42.118Z',
        },
      },
    ],
    cursor: null,
    after: null,
  },
  WebhookAttemptsResponse: {
    attempts: [
      {
        endpointId: ENDPOINT.id,
        attempt: 1,
        at: '2026-11-28T09:00:42.300Z',
        ms: 41,
        outcome: 'accepted',
        status: 204,
        fault: null,
        response: '',
      },
    ],
  },
} as const;
