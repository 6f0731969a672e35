import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { counterBytes, dynamicTruncation } from '../../src/crypto/hotp.ts';
import {
  base32,
  fromBase32,
  matchingTotpStep,
  matchingTotpSteps,
  totpOf,
  totpStep,
  totpUri,
  type TotpParameters,
} from '../../src/crypto/totp.ts';

/** RFC 6238, appendix B: the secret is ASCII digits, as many as the hash has bytes. */
const SECRETS = {
  sha1: Buffer.from('12345678901234567890'),
  sha256: Buffer.from('12345678901234567890123456789012'),
  sha512: Buffer.from('1234567890123456789012345678901234567890123456789012345678901234'),
};
const APPENDIX_B: [number, string, string, string][] = [
  [59, '94287082', '46119246', '90693936'],
  [1111111109, '07081804', '68084774', '25091201'],
  [1111111111, '14050471', '67062674', '99943326'],
  [1234567890, '89005924', '91819424', '93441116'],
  [2000000000, '69279037', '90698825', '38618901'],
  [20000000000, '65353130', '77737706', '47863826'],
];
/** RFC 4226, appendix D: the HMAC of each step, 31 bits of it, and the password. */
const APPENDIX_D: [number, string, number, string][] = [
  [0, 'cc93cf18508d94934c64b65d8ba7667fb7cde4b0', 1284755224, '755224'],
  [1, '75a48a19d4cbe100644e8ac1397eea747a2d33ab', 1094287082, '287082'],
  [2, '0bacb7fa082fef30782211938bc1c5e70416ff44', 137359152, '359152'],
  [3, '66c28227d03a2d5529262ff016a1e6ef76557ece', 1726969429, '969429'],
  [4, 'a904c900a64b35909874b33e61c5938a8e15ed1c', 1640338314, '338314'],
  [5, 'a37e783d7b7233c083d4f62926c7a25f238d0316', 868254676, '254676'],
  [6, 'bc9cd28561042c83f219324d3c607256c03272ae', 1918287922, '287922'],
  [7, 'a4fb960c0bc06e1eabb804e5b397cdc4b45596fa', 82162583, '162583'],
  [8, '1b3c89f65e6c9e883012052823443f048b4332db', 673399871, '399871'],
  [9, '1637409809a679dc698207310c8c7fc07290d9e5', 645520489, '520489'],
];

describe('a one-time password', () => {
  it.each(APPENDIX_B)(
    'a one-time password at %i seconds is the one of RFC 6238, with each of its hashes',
    (seconds, ...passwords) => {
      const at = new Date(seconds * 1000);
      const algorithms = ['sha1', 'sha256', 'sha512'] as const;
      const made = algorithms.map((algorithm) => totpOf(SECRETS[algorithm], totpStep(at), { algorithm, digits: 8 }));
      expect(made).toEqual(passwords);
    },
  );

  it.each(APPENDIX_D)(
    'a one-time password of the step %i is the one of RFC 4226, with its HMAC %s and number %i',
    (...row) => {
      const [step, hmac, number, password] = row;
      const mac = createHmac('sha1', SECRETS.sha1).update(counterBytes(step)).digest();
      expect([mac.toString('hex'), dynamicTruncation(mac)]).toEqual([hmac, number]);
      expect(totpOf(SECRETS.sha1, step)).toBe(password);
    },
  );

  const at = new Date(1_234_567_890_000);
  const present = totpStep(at);
  it.each([
    [-2, null],
    [-1, present - 1],
    [0, present],
    [1, present + 1],
    [2, null],
  ])('a one-time password that is %i steps away is accepted for its step, or not at all', (away, step) => {
    expect(matchingTotpStep(SECRETS.sha1, totpOf(SECRETS.sha1, present + away), at)).toBe(step);
  });

  it.each(['', '00592', '0059241', ' 005924', '00５924', 'abcdef'])('%p is not a one-time password', (typed) => {
    expect(matchingTotpStep(SECRETS.sha1, typed, at)).toBeNull();
  });

  it('a one-time password may have other steps, hashes and lengths, and then differs from the default one', () => {
    const other: TotpParameters = { algorithm: 'sha512', digits: 8, seconds: 60 };
    const password = totpOf(SECRETS.sha512, totpStep(at, other), other);
    expect(password).toMatch(/^\d{8}$/);
    expect(matchingTotpStep(SECRETS.sha512, password, at, other)).toBe(Math.floor(1_234_567_890 / 60));
    expect(matchingTotpStep(SECRETS.sha512, password, at)).toBeNull();
  });

  it('a one-time password exists for the first step of all, and for none before it', () => {
    expect(matchingTotpStep(SECRETS.sha1, totpOf(SECRETS.sha1, 0), new Date(0))).toBe(0);
    expect(() => totpOf(SECRETS.sha1, -1)).toThrow('out of range');
    expect(() => totpOf(SECRETS.sha1, 0.5)).toThrow('not an integer');
  });

  it('a one-time password that two steps of a window share is found for both of them', () => {
    const steps = { from: 61_123_070, to: 61_123_090 };
    const typed = totpOf(SECRETS.sha256, 61_123_078, { algorithm: 'sha256' });
    expect(matchingTotpSteps(SECRETS.sha256, typed, steps, { algorithm: 'sha256' })).toEqual([61_123_078, 61_123_080]);
  });
});

describe('a secret', () => {
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('the secret %p is written as RFC 4648 says, without padding, and read again', (bytes, written) => {
    expect(base32(Buffer.from(bytes))).toBe(written);
    expect(fromBase32(written).toString()).toBe(bytes);
  });

  it.each(['my', 'M1', 'MY======', 'MZ XQ'])('a secret is not read from %p', (text) => {
    expect(() => fromBase32(text)).toThrow('Base32');
  });

  it('a secret is handed to an authenticator app in an otpauth address', () => {
    expect(totpUri({ issuer: 'Push Guard', account: 'kim.agent', secret: 'MZXW6YTB' })).toBe(
      'otpauth://totp/Push%20Guard:kim.agent?secret=MZXW6YTB&issuer=Push%20Guard',
    );
  });
});
