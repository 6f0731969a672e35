const EVENT = {
  specversion: '1.0',
  id: 'evt-90210',
  source: 'urn:carrier:provisioning',
  type: 'pushguard.line.v1.number-changed',
  subject: 'line-0001',
  time: '2026-11-28T09:00:00Z',
  sequence: 42,
  data: { phoneNumber: '010-8765-4321' },
} as const;

const LINE = {
  phoneNumber: '010-1234-5678',
  carrier: '시범통신',
  status: 'active',
  holder: 'self',
  owner: { birthDate: '900101', genderDigit: '1' },
  plan: 'postpaid',
  handset: { os: 'android', osVersion: '16', formFactor: 'phone', model: 'Galaxy S26' },
} as const;

export const CARRIER_EXAMPLES = {
  LineInput: LINE,
  LineResponse: { lineId: 'line-0001', outcome: 'changed', differences: ['handset'] },
  CloudEventRequest: EVENT,
  SmsReceiptsRequest: { receipts: [{ messageId: 'b7f0c1d2', state: 'delivered' }] },
} as const;

export const CARRIER_STREAMS = {
  reportLineEvents: {
    sent: {
      'application/cloudevents+json': EVENT,
      'application/cloudevents-batch+json': [EVENT],
      'application/json': EVENT.data,
    },
    answered: {
      'application/json': { outcome: 'applied' },
      'application/problem+json': {
        type: 'urn:pushguard:problem:invalid_request',
        title: 'Invalid request',
        status: 422,
        detail: 'Correct the fields listed in errors, then send the event again.',
        code: 'invalid_request',
        help: 'ISSUER/developers/errors#invalid_request',
        errors: [{ pointer: '/subject', detail: 'Send the id of the line.' }],
        outcome: 'rejected',
      },
    },
  },
  importLines: {
    sent: { 'application/x-ndjson': `${JSON.stringify({ lineId: 'line-0001', ...LINE })}\n` },
    answered: {
      'application/x-ndjson':
        '{"lineId":"line-0001","outcome":"changed","differences":["handset"]}\n{"summary":{"read":1,"added":0,"changed":1,"same":0,"newer_held":0,"rejected":0,"missing":0,"dryRun":false}}\n',
    },
  },
} as const;
