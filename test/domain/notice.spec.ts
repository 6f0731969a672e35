import { describe, expect, it } from '@jest/globals';
import { noticeSms } from '../../src/delivery/delivery-message.ts';
import { mayGoBySms, noticeText, type Notice } from '../../src/domain/notice.ts';
import { LONGEST_SERVICE_NAME } from '../../src/pages/brand.ts';
import { CANCEL_REASONS, SUSPENSION_REASONS } from '../../src/domain/subscription.ts';
import type { Notice as PhoneNotice } from '../../src/phone/notice.ts';

/** A service name of the maximum length. */
const SERVICE = '가'.repeat(LONGEST_SERVICE_NAME);

/** GSM 03.40: 140 octets of user data, with two octets per character in UCS-2. */
const ONE_MESSAGE = 70;

const PLAIN = [
  'joined',
  'resumed',
  'device_enrolled',
  'device_replaced',
  'device_retired',
  'enrol_again',
  'smart_otp_enrolled',
  'registration_asked',
  'reissue_applied',
  'reissue_approved',
  'reissue_issued',
  'reissue_completed',
  'smart_otp_issued',
] as const;
const NOTICES: readonly Notice[] = [
  ...PLAIN.map((kind) => ({ kind })),
  ...SUSPENSION_REASONS.map((detail) => ({ kind: 'suspended', detail }) as const),
  ...CANCEL_REASONS.map((detail) => ({ kind: 'cancelled', detail }) as const),
];
/**
 * The phone shares no code with the service. These functions do not compile if one side knows a kind or a reason that
 * the other does not. The app in turn does not compile without a text for each of them.
 */
const onPhone = (notice: Notice): PhoneNotice => notice;
const inService = (notice: PhoneNotice): Notice => notice;
const TABLE = NOTICES.map((notice) => [nameOf(notice), notice] as const);

function nameOf(notice: Notice): string {
  return 'detail' in notice ? `${notice.kind} ${notice.detail}` : notice.kind;
}

describe.each(TABLE)('the notice %s', (_name, notice) => {
  it('a notice fits in one text message', () => {
    const text = noticeSms({ service: SERVICE, text: noticeText(notice) });
    expect(text).toMatch(/^\[가+\] \S/);
    // UCS-2 characters are single UTF-16 units; a character outside the basic plane cannot be sent as one.
    expect(text).not.toMatch(/[\ud800-\udfff]/);
    expect(text.length).toBeLessThanOrEqual(ONE_MESSAGE);
  });

  it('a notice has no digit that could be taken for a code, and no address', () => {
    const text = noticeSms({ service: SERVICE, text: noticeText(notice) });
    expect(text).not.toMatch(/\p{N}/u);
    expect(text).not.toMatch(/https?:|www\.|\.(?:kr|com)/i);
  });

  it('a notice consists of complete Korean sentences', () => {
    expect(noticeText(notice)).toMatch(/^\S.*[가-힣]\.$/);
  });
});

it('the phone knows every notice of the service, and no other', () => {
  expect(NOTICES.map(onPhone).map(inService)).toEqual(NOTICES);
});

it('no two notices have the same text', () => {
  expect(new Set(NOTICES.map((notice) => noticeText(notice))).size).toBe(NOTICES.length);
});

it('a notice may go by SMS unless the number belongs to another person by now, or to no one', () => {
  expect(NOTICES.filter((notice) => !mayGoBySms(notice)).map(nameOf)).toEqual([
    'device_retired',
    'registration_asked',
    'cancelled owner_changed',
    'cancelled line_terminated',
  ]);
});
