import { describe, expect, it } from '@jest/globals';
import { SpentProofs } from '../../src/crypto/spent-proofs.ts';

const NOON = Date.parse('2026-11-30T12:00:00Z');
const at = (seconds: number) => new Date(NOON + seconds * 1000);
const proof = (jti: string, expiresIn = 60, jkt = 'key') => ({ jkt, jti, expiresAt: at(expiresIn) });

describe('the proofs that a process has accepted', () => {
  it('the proofs that a process has accepted count once, by key and name, whatever their time', () => {
    const spent = new SpentProofs();
    expect(spent.spend(proof('a'), at(0))).toBe('first');
    expect(spent.spend(proof('a'), at(59))).toBe('again');
    expect(spent.spend(proof('a', 115), at(59))).toBe('again');
    expect(spent.spend(proof('a', 60, 'another key'), at(0))).toBe('first');
  });

  it('the proofs that a process has accepted are kept until they end, and no proof is forgotten for another one', () => {
    const spent = new SpentProofs({ all: 2, ofAKey: 2 });
    expect([spent.spend(proof('a'), at(0)), spent.spend(proof('b', 120), at(0))]).toEqual(['first', 'first']);
    expect(spent.spend(proof('c'), at(0))).toBe('too_many');
    expect([spent.spend(proof('a'), at(60)), spent.spend(proof('b', 120), at(60))]).toEqual(['again', 'again']);
    // The first one has ended, and there is room for one more.
    expect(spent.spend(proof('c', 150), at(91))).toBe('first');
    expect(spent.spend(proof('b', 120), at(91))).toBe('again');
    expect(spent.spend(proof('d', 150), at(91))).toBe('too_many');
  });

  it('the proofs that a process has accepted of one key leave room for those of another one', () => {
    const spent = new SpentProofs({ all: 10, ofAKey: 1 });
    expect([spent.spend(proof('a'), at(0)), spent.spend(proof('b', 120), at(0))]).toEqual(['first', 'too_many']);
    expect(spent.spend(proof('b', 60, 'another key'), at(0))).toBe('first');
  });
});
