import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judgeOtp, OTP_PARAMETERS, type OtpMemory } from '../../src/crypto/otp-window.ts';
import { totpOf, totpStep } from '../../src/crypto/totp.ts';

const secret = Buffer.from('12345678901234567890123456789012');
const fresh: OtpMemory = { lastStep: -1, drift: 0, far: null };
const STEP = 30;
const DAY = 86_400;
/** Ten seconds after the start of a time step. */
const noon = new Date('2026-11-22T12:00:10Z');
const present = totpStep(noon, OTP_PARAMETERS);

const later = (at: Date, seconds: number) => new Date(at.getTime() + seconds * 1000);
const codeOf = (step: number) => totpOf(secret, step, OTP_PARAMETERS);
/** The code that a phone shows if its clock is ahead by this many seconds. */
const shown = (at: Date, ahead = 0) => codeOf(totpStep(later(at, ahead), OTP_PARAMETERS));
const judge = (typed: string, at: Date, memory: OtpMemory = fresh) => judgeOtp({ secret, typed, at, memory });

/** Judges a code; returns the memory as a caller stores it. */
function after(memory: OtpMemory, typed: string, at: Date): OtpMemory & { kind: string } {
  const judgement = judge(typed, at, memory);
  if (judgement.kind === 'wrong') return { ...memory, kind: 'wrong' };
  const { kind, step, drift } = judgement;
  return kind === 'far' ? { ...memory, kind, far: { step, drift } } : { kind, lastStep: step, drift, far: null };
}

describe('a time-based code', () => {
  it('a time-based code has six digits of HMAC-SHA256 and lasts thirty seconds, behind a secret of 32 bytes', () => {
    expect(OTP_PARAMETERS).toEqual({ algorithm: 'sha256', digits: 6, seconds: 30 });
    expect(secret).toHaveLength(32);
    // RFC 6238, appendix B, has 46119246 in eight digits at 59 seconds.
    expect(judge('119246', new Date(59_000))).toEqual({ kind: 'near', step: 1, drift: 0 });
  });

  it.each([-1, 0, 1])(
    'a time-based code of the step %i from the present is accepted, and reveals the drift of the clock',
    (drift) => {
      expect(judge(codeOf(present + drift), noon)).toEqual({ kind: 'near', step: present + drift, drift });
    },
  );

  it.each(['', '12345', '1234567', 'abcdef', ' 11924', '１１９２４６'])('%p is not a time-based code', (typed) => {
    expect(judge(typed, noon)).toEqual({ kind: 'wrong' });
  });

  it('a time-based code of another secret is wrong', () => {
    const other = Buffer.alloc(32, 7);
    expect(judgeOtp({ secret: other, typed: codeOf(present), at: noon, memory: fresh })).toEqual({ kind: 'wrong' });
  });

  it('a time-based code is accepted once: not again in its step, nor in the next, nor later', () => {
    const typed = shown(noon);
    const memory = after(fresh, typed, noon);
    expect(memory).toMatchObject({ kind: 'near', lastStep: present, drift: 0 });
    for (const seconds of [0, 5, STEP, 2 * STEP, 39 * STEP, DAY]) {
      expect(judge(typed, later(noon, seconds), memory)).toEqual({ kind: 'wrong' });
    }
  });

  it('a time-based code of a step before the accepted one is wrong, even if it was never typed', () => {
    const memory = after(fresh, codeOf(present + 1), noon);
    for (const step of [present + 1, present, present - 1, present - 30]) {
      expect(judge(codeOf(step), noon, memory)).toEqual({ kind: 'wrong' });
    }
    expect(judge(codeOf(present + 2), noon, memory)).toMatchObject({ kind: 'near', step: present + 2 });
  });

  it('a time-based code that two steps share uses up the later step, so that it is not accepted again', () => {
    const [early, late] = [61_123_078, 61_123_080];
    const at = new Date((early + 1) * STEP * 1000);
    const typed = codeOf(early);
    expect(codeOf(late)).toBe(typed);
    const memory = after(fresh, typed, at);
    expect(memory).toMatchObject({ kind: 'near', lastStep: late });
    expect(judge(typed, at, memory)).toEqual({ kind: 'wrong' });
  });

  it('a time-based code may have other parameters, where a caller names them', () => {
    const parameters = { algorithm: 'sha512', digits: 8, seconds: 60 } as const;
    const step = totpStep(noon, parameters);
    const typed = totpOf(secret, step, parameters);
    expect(judgeOtp({ secret, typed, at: noon, memory: fresh, parameters })).toEqual({ kind: 'near', step, drift: 0 });
    expect(judge(typed, noon)).toEqual({ kind: 'wrong' });
  });

  it('a time-based code of the first step of all is right, and none exists before it', () => {
    expect(judge(codeOf(0), new Date(0))).toEqual({ kind: 'near', step: 0, drift: 0 });
    expect(judge('000000', new Date(0), { ...fresh, drift: -5 })).toEqual({ kind: 'wrong' });
  });
});

describe('a slow clock', () => {
  it('a slow clock is followed over weeks in which a person types one code a day', () => {
    let memory = fresh;
    for (let day = 0; day < 60; day += 1) {
      const at = later(noon, day * DAY);
      const now = after(memory, shown(at, -12 * day), at);
      expect(now).toMatchObject({ kind: 'near', drift: totpStep(later(at, -12 * day)) - totpStep(at) });
      memory = now;
    }
    expect(memory.drift).toBe(-24);
    // Without the remembered drift the same code is far: no new phone may be twelve minutes behind.
    const at = later(noon, 60 * DAY);
    expect(judge(shown(at, -12 * 60), at)).toMatchObject({ kind: 'far' });
  });

  it('a slow clock that is corrected is followed after two codes', () => {
    const slow = { lastStep: present - 24, drift: -24, far: null };
    const first = after(slow, shown(noon), noon);
    expect(first).toMatchObject({ kind: 'far', lastStep: present - 24, drift: -24, far: { step: present, drift: 0 } });
    const second = after(first, shown(later(noon, STEP)), later(noon, STEP));
    expect(second).toMatchObject({ kind: 'resynchronised', lastStep: present + 1, drift: 0, far: null });
  });
});

describe('a clock that is ten minutes off', () => {
  it.each([-600, 600])(
    'a clock that is ten minutes off (%i seconds) is accepted after two codes in a row, and followed from then on',
    (ahead) => {
      const first = after(fresh, shown(noon, ahead), noon);
      expect(first).toMatchObject({
        kind: 'far',
        lastStep: -1,
        far: { step: present + ahead / STEP, drift: ahead / STEP },
      });
      const then = later(noon, STEP);
      const second = after(first, shown(then, ahead), then);
      expect(second).toMatchObject({ kind: 'resynchronised', drift: ahead / STEP, far: null });
      const tomorrow = later(noon, DAY);
      expect(after(second, shown(tomorrow, ahead), tomorrow)).toMatchObject({ kind: 'near', drift: ahead / STEP });
    },
  );

  it.each([
    [-1, 'resynchronised'],
    [1, 'resynchronised'],
    [-2, 'far'],
    [2, 'far'],
  ])('a clock that is ten minutes off may differ by %i step more or less at the second code: %s', (more, kind) => {
    const first = after(fresh, codeOf(present + 20), noon);
    const then = later(noon, 5 * STEP);
    expect(judge(codeOf(present + 5 + 20 + more), then, first)).toEqual({
      kind,
      step: present + 25 + more,
      drift: 20 + more,
    });
  });

  it('a clock that is ten minutes off is not accepted for the same code typed twice, at once or a step later', () => {
    const typed = codeOf(present + 20);
    const first = after(fresh, typed, noon);
    expect(judge(typed, noon, first)).toMatchObject({ kind: 'far' });
    expect(judge(typed, later(noon, STEP), first)).toMatchObject({ kind: 'far' });
  });

  it('a clock that is ten minutes off is not accepted for an older code after a newer one', () => {
    const first = after(fresh, codeOf(present + 20), noon);
    expect(judge(codeOf(present + 19), noon, first)).toMatchObject({ kind: 'far' });
  });

  it('a clock that is ten minutes off is not accepted for two codes whose drifts differ', () => {
    const first = after(fresh, codeOf(present - 17), noon);
    const then = later(noon, STEP);
    const second = after(first, codeOf(present + 1 + 23), then);
    expect(second).toMatchObject({ kind: 'far', lastStep: -1, far: { step: present + 24, drift: 23 } });
    // The second code replaces the first one in the memory, and a third code that agrees with it resynchronises the
    // clock.
    expect(judge(codeOf(present + 2 + 23), later(noon, 2 * STEP), second)).toMatchObject({ kind: 'resynchronised' });
  });

  it('a clock that is ten minutes off is not accepted for one code once the first code is forgotten', () => {
    const first = after(fresh, shown(noon, 600), noon);
    const much = later(noon, 601);
    expect(judge(shown(much, 600), much, { ...first, far: null })).toMatchObject({ kind: 'far' });
  });

  it('a clock that is ten minutes off does not make a used code valid again', () => {
    const memory = { lastStep: present + 20, drift: 20, far: { step: present - 1, drift: 0 } };
    expect(judge(codeOf(present), noon, memory)).toEqual({ kind: 'wrong' });
  });

  it.each([
    ['earlier', 59_845_068],
    ['later', 59_845_086],
  ])(
    'a clock that is ten minutes off is measured by the earlier code, where the digits fit two distances: the %s',
    (_, step) => {
      const at = new Date(59_845_080 * STEP * 1000);
      const drift = step - 59_845_080;
      expect(codeOf(59_845_068)).toBe(codeOf(59_845_086));
      const memory = { ...fresh, far: { step: step - 1, drift } };
      expect(judge(codeOf(step), at, memory)).toEqual({ kind: 'resynchronised', step, drift });
      expect(judge(codeOf(step), at)).toMatchObject({ kind: 'far' });
    },
  );
});

describe('a clock that is further off', () => {
  it.each([-40, 40])('a clock that is %i steps off, twenty minutes, is still recognised', (drift) => {
    expect(judge(codeOf(present + drift), noon)).toEqual({ kind: 'far', step: present + drift, drift });
  });

  it.each([-41, 41, -2880, 2880])('a clock that is %i steps off, where a day has 2880, is always refused', (drift) => {
    let memory = fresh;
    for (let nth = 0; nth < 20; nth += 1) {
      const at = later(noon, nth * STEP);
      const now = after(memory, codeOf(present + nth + drift), at);
      expect(now.kind).toBe('wrong');
      memory = now;
    }
  });
});

describe('any sequence of codes', () => {
  const typing = fc.record({ wait: fc.integer({ min: 0, max: 3 }), off: fc.integer({ min: -43, max: 43 }) });

  it('every accepted code is of a later step than all before and within reach, and no other code changes the memory', () => {
    fc.assert(
      fc.property(fc.array(typing, { maxLength: 12 }), (typings) => {
        let [memory, step] = [fresh, present];
        for (const { wait, off } of typings) {
          step += wait;
          const now = after(memory, codeOf(step + off), new Date(step * STEP * 1000));
          const isAccepted = now.kind === 'near' || now.kind === 'resynchronised';
          if (isAccepted) {
            expect(now.lastStep).toBeGreaterThan(memory.lastStep);
            expect(now.drift).toBe(now.lastStep - step);
            const expected = now.kind === 'near' ? memory.drift : (memory.far?.drift ?? NaN);
            expect(Math.abs(now.drift - expected)).toBeLessThanOrEqual(1);
          } else {
            expect([now.lastStep, now.drift]).toEqual([memory.lastStep, memory.drift]);
          }
          memory = now;
        }
      }),
    );
  });
});
