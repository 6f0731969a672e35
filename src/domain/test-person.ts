import { LIFETIME_SECONDS, type Channel, type Method } from './authentication.ts';

/** What a documented test number does. Times are seconds after the start. */
export interface TestPerson {
  /** A subscriber is asked in the app and has OTP and signing too; anyone else gets the code by SMS. */
  isSubscriber: boolean;
  /** When the request is opened in the app; null: never. */
  opensAfter: number | null;
  /** When the authentication ends by itself, and how. */
  endsAfter: number;
  endsAs: 'verified' | 'declined' | 'expired';
  /** The first codes that are wrong, whatever they are. */
  wrongFirst: number;
  /** There is a right code. Without one, every code is wrong. */
  hasCode: boolean;
  /** The start itself is refused. */
  refusal?: 'too_many_requests' | 'service_unavailable';
}

const SUBSCRIBER: TestPerson = {
  isSubscriber: true,
  opensAfter: 1,
  endsAfter: LIFETIME_SECONDS,
  endsAs: 'expired',
  wrongFirst: 0,
  hasCode: true,
};

/** As a person whose data match no line: nothing is sent, and no code is right. */
const DECOY: TestPerson = { ...SUBSCRIBER, isSubscriber: false, opensAfter: null, hasCode: false };

/** The numbers of test mode in E.164, in a range that no carrier assigns: 010-0000-0001 is `+821000000001`. */
export const TEST_PERSONS: Readonly<Record<string, TestPerson>> = {
  '+821000000001': { ...SUBSCRIBER, opensAfter: 0, endsAfter: 0, endsAs: 'verified', hasCode: false },
  '+821000000002': { ...SUBSCRIBER, opensAfter: 5, endsAfter: 10, endsAs: 'verified', hasCode: false },
  '+821000000003': { ...SUBSCRIBER, wrongFirst: 3 },
  '+821000000004': { ...SUBSCRIBER, opensAfter: null, endsAfter: 2, endsAs: 'declined', hasCode: false },
  '+821000000005': { ...SUBSCRIBER, opensAfter: null, endsAfter: 5, hasCode: false },
  '+821000000010': SUBSCRIBER,
  '+821000000011': { ...SUBSCRIBER, isSubscriber: false, opensAfter: null },
  '+821000000012': SUBSCRIBER,
  '+821000000013': SUBSCRIBER,
  '+821000000020': { ...SUBSCRIBER, opensAfter: null, hasCode: false },
  '+821000000021': { ...DECOY, refusal: 'too_many_requests' },
  '+821000000022': { ...DECOY, refusal: 'service_unavailable' },
};

/** How the code of a test person reaches the window. */
export function testChannel({ isSubscriber }: TestPerson, method: Method): Channel {
  if (method !== 'push') return method;
  return isSubscriber ? 'push' : 'sms';
}

/** Who would read the code approves at the time at which the app is opened; all others end as ever. There is no code. */
function approving(person: TestPerson): TestPerson {
  const { hasCode, opensAfter } = person;
  const approves = hasCode && opensAfter !== null && { endsAfter: opensAfter, endsAs: 'verified' as const };
  return { ...person, opensAfter: null, wrongFirst: 0, hasCode: false, ...approves };
}

/**
 * What a test person does with a method: a code by OTP exists without the app being opened, and who is no subscriber has
 * neither OTP nor signing, and no phone to approve on.
 */
export function testPerson(phoneNumber: string, method: Method): TestPerson {
  const person = TEST_PERSONS[phoneNumber] ?? DECOY;
  if (method === 'push' || person.refusal) return person;
  if (!person.isSubscriber) return DECOY;
  if (method === 'approve') return approving(person);
  return method === 'otp' && person.endsAs === 'expired' ? { ...person, opensAfter: null } : person;
}
