import { describe, expect, it } from '@jest/globals';
import { HIGHEST_ID, lowestIdAt } from '../../src/domain/id-time.ts';
import { randomId } from '../../src/crypto/random.ts';
import {
  FAILURES,
  problemsOf,
  timelineOf,
  wrongCodes,
  type LoggedAuthentication,
} from '../../src/domain/logged-authentication.ts';

const at = (seconds: number) => new Date(Date.UTC(2026, 10, 28, 3, 0, seconds));
const PENDING: LoggedAuthentication = {
  id: '1',
  startedAt: at(0),
  channel: 'push',
  state: 'pending',
  declineReason: null,
  attempts: 0,
  resends: 0,
  byWindow: false,
  sentAt: at(0),
  openedAt: null,
  expiresAt: at(180),
  closedAt: null,
  verifiedAfterMs: null,
  maskedPhoneNumber: '010-****-5678',
  problems: [],
};

describe('the problems of an authentication in the log', () => {
  it.each<[Pick<LoggedAuthentication, 'state' | 'attempts'>, string[], number]>([
    [{ state: 'pending', attempts: 0 }, [], 0],
    [{ state: 'pending', attempts: 2 }, ['code_mismatch'], 2],
    [{ state: 'opened', attempts: 4 }, ['code_mismatch'], 4],
    [{ state: 'verified', attempts: 1 }, [], 0],
    [{ state: 'verified', attempts: 5 }, ['code_mismatch'], 4],
    // Test numbers are verified by themselves, without a code.
    [{ state: 'verified', attempts: 0 }, [], 0],
    [{ state: 'expired', attempts: 0 }, ['authentication_expired'], 0],
    [{ state: 'expired', attempts: 1 }, ['code_mismatch', 'authentication_expired'], 1],
    [{ state: 'failed', attempts: 5 }, ['code_mismatch', 'attempts_exhausted', 'authentication_closed'], 5],
    [{ state: 'declined', attempts: 0 }, ['authentication_closed'], 0],
    [{ state: 'declined', attempts: 3 }, ['code_mismatch', 'authentication_closed'], 3],
    [{ state: 'cancelled', attempts: 0 }, ['authentication_closed'], 0],
  ])('are those with which its verifications were or would be refused: %o', (row, problems, wrong) => {
    expect(problemsOf({ channel: 'push', ...row })).toEqual(problems);
    expect(wrongCodes(row)).toBe(wrong);
  });
});

describe('the timeline of an authentication', () => {
  const kinds = (row: Partial<LoggedAuthentication>) => timelineOf({ ...PENDING, ...row }).steps.map((one) => one.kind);

  it('has every step in order, and counts the wrong codes whose times nobody kept', () => {
    const row = {
      resends: 2,
      sentAt: at(70),
      openedAt: at(80),
      attempts: 3,
      state: 'verified',
      closedAt: at(95),
    } as const;
    expect(timelineOf({ ...PENDING, ...row })).toEqual({
      steps: [
        { kind: 'started', at: at(0) },
        { kind: 'sent', at: at(0) },
        { kind: 'resent', at: at(70), count: 2 },
        { kind: 'opened', at: at(80) },
        { kind: 'wrong_codes', at: null, count: 2 },
        { kind: 'ended', at: at(95), state: 'verified' },
      ],
      failure: null,
    });
  });

  it('has a resend after the opening where it came after it', () => {
    expect(kinds({ resends: 1, sentAt: at(70), openedAt: at(60) })).toEqual(['started', 'sent', 'opened', 'resent']);
  });

  it('says of a code that the phone computes that nothing was sent', () => {
    expect(kinds({ channel: 'otp' })).toEqual(['started']);
  });

  it.each<[string | null, Partial<LoggedAuthentication>]>([
    [null, {}],
    [null, { state: 'opened', openedAt: at(9) }],
    [null, { state: 'verified', attempts: 1 }],
    ['declined_not_me', { state: 'declined', declineReason: 'not_me' }],
    ['declined_cancelled', { state: 'declined', declineReason: 'cancelled' }],
    ['declined_wrong_details', { state: 'declined', declineReason: 'wrong_details' }],
    ['declined', { state: 'declined' }],
    ['wrong_codes', { state: 'failed', attempts: 5 }],
    ['wrong_match', { state: 'failed', attempts: 1 }],
    ['wrong_match', { state: 'failed', channel: 'approve' }],
    ['expired_before_opening', { state: 'expired' }],
    ['expired_before_opening', { state: 'expired', channel: 'sign' }],
    ['expired_before_opening', { state: 'expired', channel: 'approve' }],
    ['expired_after_opening', { state: 'expired', openedAt: at(9) }],
    ['expired', { state: 'expired', channel: 'sms' }],
    ['expired', { state: 'expired', channel: 'otp' }],
    ['cancelled', { state: 'cancelled' }],
  ])('says why it was not verified: %s', (failure, row) => {
    expect(timelineOf({ ...PENDING, ...row }).failure).toBe(failure);
    if (failure !== null) expect(FAILURES).toContain(failure);
  });
});

describe('the time in an id', () => {
  it('bounds the ids of a range', () => {
    const instant = new Date('2026-11-28T03:00:00.123Z');
    const id = randomId(instant.getTime());
    expect([lowestIdAt(instant) <= id, lowestIdAt(new Date(instant.getTime() + 1)) > id, id < HIGHEST_ID]).toEqual([
      true,
      true,
      true,
    ]);
  });
});
