import { describe, expect, it } from '@jest/globals';
import { noticeSms } from '../../src/delivery/delivery-message.ts';
import { mayGoBySms, noticeText, type Notice } from '../../src/domain/notice.ts';
import { CANCEL_REASONS, SUSPENSION_REASONS } from '../../src/domain/subscription.ts';

/** GSM 03.40: 140 octets of user data, two a character in UCS-2. */
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
const TABLE = NOTICES.map((notice) => [nameOf(notice), notice] as const);

function nameOf(notice: Notice): string {
  return 'detail' in notice ? `${notice.kind} ${notice.detail}` : notice.kind;
}

describe.each(TABLE)('the notice %s', (_name, notice) => {
  it('a notice fits in one text message', () => {
    const text = noticeSms(noticeText(notice));
    expect(text).toMatch(/^\[휴대폰인증보호\] \S/);
    // Characters of UCS-2 are UTF-16 units; what is outside of its plane cannot be sent as one.
    expect(text).not.toMatch(/[\ud800-\udfff]/);
    expect(text.length).toBeLessThanOrEqual(ONE_MESSAGE);
  });

  it('a notice has no digit that could be taken for a code, and no address', () => {
    const text = noticeSms(noticeText(notice));
    expect(text).not.toMatch(/\p{N}/u);
    expect(text).not.toMatch(/https?:|www\.|\.(?:kr|com)/i);
  });

  it('a notice consists of complete Korean sentences', () => {
    expect(noticeText(notice)).toMatch(/^\S.*[가-힣]\.$/);
  });
});

it('no two notices have the same text', () => {
  expect(new Set(NOTICES.map(noticeText)).size).toBe(NOTICES.length);
});

it('a notice may go by SMS unless the number belongs to another person by now, or to no one', () => {
  expect(NOTICES.filter((notice) => !mayGoBySms(notice)).map(nameOf)).toEqual([
    'device_retired',
    'registration_asked',
    'cancelled owner_changed',
    'cancelled line_terminated',
  ]);
});
