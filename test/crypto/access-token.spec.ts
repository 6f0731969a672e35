import { describe, expect, it } from '@jest/globals';
import { AccessTokens } from '../../src/crypto/access-token.ts';
import { signJws } from '../../src/crypto/compact-jws.ts';
import { signingKey } from './keys.ts';

const issuer = 'https://push.example.kr';
const [older, newer] = [signingKey('2025'), signingKey('2026')];
const caller = { id: 'row-1', clientId: 'shop', scopes: ['authentications', 'operator'] };
const now = new Date('2026-11-22T00:00:00.500Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

describe('an access token', () => {
  it('an access token names its client, however often it is used', () => {
    const tokens = new AccessTokens(issuer, [newer]);
    const token = tokens.issue(caller, now);
    for (let times = 1; times <= 3; times += 1) expect(tokens.verify(token, now)).toEqual(caller);
  });

  it('an access token expires after five minutes, also when it was verified before', () => {
    const tokens = new AccessTokens(issuer, [newer]);
    const token = tokens.issue(caller, now);
    expect(tokens.verify(token, later(299))).toEqual(caller);
    expect(tokens.verify(token, later(300))).toBeNull();
    expect(new AccessTokens(issuer, [newer]).verify(token, later(300))).toBeNull();
  });

  it('an access token signed under an older key is valid while that key is kept', () => {
    const token = new AccessTokens(issuer, [older]).issue(caller, now);
    expect(new AccessTokens(issuer, [newer, older]).verify(token, now)).toEqual(caller);
    expect(new AccessTokens(issuer, [newer]).verify(token, now)).toBeNull();
  });

  it('each access token is different', () => {
    const tokens = new AccessTokens(issuer, [newer]);
    expect(tokens.issue(caller, now)).not.toBe(tokens.issue(caller, now));
  });

  const iat = Math.floor(now.getTime() / 1000);
  const claims = { iss: issuer, aud: issuer, client_id: 'shop', cid: 'row-1', scope: 'operator', iat, exp: iat + 300 };
  it.each<[string, string]>([
    ['another issuer', signJws(newer, 'at+jwt', { ...claims, iss: 'https://other.example' })],
    ['another audience', signJws(newer, 'at+jwt', { ...claims, aud: 'https://other.example' })],
    ['an audience in a list', signJws(newer, 'at+jwt', { ...claims, aud: [issuer] })],
    ['no expiry', signJws(newer, 'at+jwt', { ...claims, exp: undefined })],
    ['no client', signJws(newer, 'at+jwt', { ...claims, cid: undefined })],
    ['scopes in a list', signJws(newer, 'at+jwt', { ...claims, scope: ['operator'] })],
    ['another kind', signJws(newer, 'pushguard-code+jwt', claims)],
    ['an unknown kid', signJws({ ...newer, kid: 'other' }, 'at+jwt', claims)],
    ['another key under our kid', signJws({ ...older, kid: newer.kid }, 'at+jwt', claims)],
    ['nothing', ''],
  ])('an access token with %s is refused', (_case, token) => {
    const tokens = new AccessTokens(issuer, [newer]);
    expect(tokens.verify(signJws(newer, 'at+jwt', claims), now)).toMatchObject({ id: 'row-1' });
    expect(tokens.verify(token, now)).toBeNull();
  });
});
