import { describe, expect, it } from '@jest/globals';
import { asLongAsHashing, passwordDigest, takeHashingTurn, type HashingLane } from '../../src/crypto/password.ts';

/** Takes a turn that ends when it is told to. */
function heldTurn(lane: HashingLane): { begun: Promise<void>; end: () => void; ended: Promise<void> } {
  let [begin, end] = [() => {}, () => {}];
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const ending = new Promise<void>((resolve) => (end = resolve));
  const ended = takeHashingTurn(lane, () => {
    begin();
    return ending;
  });
  return { begun, ended, end };
}

describe('turns at hashing passwords', () => {
  it('strangers who fill their lane do not keep a familiar caller from a turn', async () => {
    const strangers = Array.from({ length: 41 }, () => heldTurn('strange'));
    await strangers[0]!.begun;
    expect(await takeHashingTurn('familiar', () => Promise.resolve('in'))).toBe('in');
    for (const { end } of strangers) end();
    await Promise.all(strangers.map(({ ended }) => ended));
  });

  it('a caller who is turned away has tried nothing', async () => {
    const strangers = Array.from({ length: 41 }, () => heldTurn('strange'));
    let tried = 0;
    const late = takeHashingTurn('strange', () => Promise.resolve((tried += 1)));
    await expect(late).rejects.toMatchObject({ code: 'service_unavailable', members: { retryAfterSeconds: 10 } });
    expect(tried).toBe(0);
    for (const { end } of strangers) end();
    await Promise.all(strangers.map(({ ended }) => ended));
    expect(await takeHashingTurn('strange', () => Promise.resolve((tried += 1)))).toBe(1);
  });

  it('familiar callers come before the strangers who wait', async () => {
    const running = [heldTurn('familiar'), heldTurn('familiar')];
    const order: string[] = [];
    const waiting = (['strange', 'familiar', 'familiar'] as const).map((lane) =>
      takeHashingTurn(lane, () => Promise.resolve(order.push(lane))),
    );
    for (const { end } of running) end();
    await Promise.all(waiting);
    expect(order.slice(0, 2)).toEqual(['familiar', 'familiar']);
    expect(order).toHaveLength(3);
  });

  it('a turn that fails is free again', async () => {
    for (let round = 0; round < 3; round += 1) {
      await expect(takeHashingTurn('strange', () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
    }
    expect(await takeHashingTurn('strange', () => Promise.resolve('in'))).toBe('in');
  });

  it('a password matches its digest however its letters are composed, and no other password does', async () => {
    const digest = await passwordDigest('비밀번호 열두 글자');
    const matches = (typed: string) => takeHashingTurn('familiar', (turn) => turn.isPassword(typed, digest));
    expect(await matches('비밀번호 열두 글자'.normalize('NFD'))).toBe(true);
    expect(await matches('비밀번호 열두 글자 ')).toBe(false);
  });

  it('a refusal without a hash takes no less than the last hash', async () => {
    const began = performance.now();
    const digest = await passwordDigest('a password');
    const start = performance.now();
    await takeHashingTurn('familiar', (turn) => turn.isPassword('another', digest));
    const hashed = performance.now() - start;
    const from = performance.now();
    await asLongAsHashing(from);
    expect(performance.now() - from).toBeGreaterThan(hashed / 2);
    await asLongAsHashing(began);
  });
});
