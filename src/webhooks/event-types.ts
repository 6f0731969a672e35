const EXAMPLE_AUTHENTICATION = '0198c5f0-0000-7000-8000-000000000001';

/** Every type of event, with an example of its data. Ids are opaque, times RFC 3339 in UTC. */
const EXAMPLES = {
  'authentication.opened': {
    id: EXAMPLE_AUTHENTICATION,
    state: 'opened',
    channel: 'push',
    closedAt: null,
  },
  'authentication.verified': closedExample('verified'),
  'authentication.declined': { ...closedExample('declined'), reason: 'not_me' },
  'authentication.expired': closedExample('expired'),
  'authentication.failed': closedExample('failed'),
  'authentication.cancelled': closedExample('cancelled'),
  'window.closed': {
    windowId: '0198c5f0-0000-7000-8000-000000000002',
    state: 'closed',
    authenticationId: EXAMPLE_AUTHENTICATION,
  },
  'registration.activated': { id: '0198c5f0-0000-7000-8000-000000000003', state: 'active' },
  'registration.declined': { id: '0198c5f0-0000-7000-8000-000000000003', state: 'declined' },
  'registration.expired': { id: '0198c5f0-0000-7000-8000-000000000003', state: 'expired' },
  'registration.revoked': { id: '0198c5f0-0000-7000-8000-000000000003', state: 'revoked' },
  'smart_otp.enrolled': { serialNumber: 'PG-0000-0000-0000', vendorCode: 'BANK' },
  'smart_otp.revoked': { serialNumber: 'PG-0000-0000-0000', vendorCode: 'BANK' },
  'smart_otp.locked': { serialNumber: 'PG-0000-0000-0000', vendorCode: 'BANK' },
  'subject.changed': { subject: 'kS1c3o7Zc0dQm1m3sJ0mJ5p8Qv2l1Yw4aXhRk6bT9uE', change: 'sim_swapped' },
  'endpoint.disabled': { endpointId: '0198c5f0-0000-7000-8000-000000000004', reason: 'gone' },
  test: {},
} as const;

export type EventType = keyof typeof EXAMPLES;

export const EVENT_TYPES = Object.keys(EXAMPLES) as readonly EventType[];

/** What an endpoint may choose: types, or `*` for all of them and those to come. */
export const CHOSEN_TYPES = ['*', ...EVENT_TYPES] as const;

/** The data of a test event: an example of its type, marked as a test. */
export function testData(type: EventType): object {
  return { ...EXAMPLES[type], test: true };
}

/** The authentication that an event is about; undefined for other events, and for an example, which is about none. */
export function authenticationOf(type: string, data: object): string | undefined {
  const { id: own, authenticationId } = data as { id?: unknown; authenticationId?: unknown };
  const id = type.startsWith('authentication.') ? own : authenticationId;
  return typeof id === 'string' && id !== EXAMPLE_AUTHENTICATION ? id : undefined;
}

function closedExample<State extends string>(state: State) {
  return {
    id: EXAMPLE_AUTHENTICATION,
    state,
    channel: 'push',
    closedAt: '2026-11-28T03:04:05.678Z',
  } as const;
}
