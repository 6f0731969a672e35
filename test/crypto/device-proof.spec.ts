import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { publicKey } from '../../src/crypto/compact-jws.ts';
import { isProvenBy, readDeviceProof, type ProvenRequest } from '../../src/crypto/device-proof.ts';
import type { PublicJwk } from '../../src/crypto/keyring.ts';
import { readVectors } from '../phone/read-vectors.ts';
import { Installation, keyPair, type Bent } from '../support/installation.ts';
import { publicHalf } from './keys.ts';

const issuer = 'https://push.example.kr';
const path = '/app/v1/history';
const enrolling = Installation.fresh(issuer);
const now = new Date();
const request: ProvenRequest = { method: 'GET', url: issuer + path, body: new Uint8Array(0), now };
const seconds = Math.floor(now.getTime() / 1000);
/** Reads a falsified proof. The proof is that of an enrolled device, unless the header says otherwise. */
const read = (bent: Bent = {}, of: Partial<ProvenRequest> = {}) =>
  readDeviceProof(
    enrolling.proof('GET', path, '', {
      ...bent,
      header: { jwk: undefined, kid: 'device-1', ...bent.header },
      claims: { iat: seconds, ...bent.claims },
    }),
    { ...request, ...of },
  );

describe('a device proof', () => {
  it('a device proof is read when everything is right, which is the case that the refusals below differ from', () => {
    expect(read()).toMatchObject({ kid: 'device-1', jti: expect.any(String) });
    const { publicJwk: jwk } = enrolling.signing;
    expect(read({ header: { kid: undefined, jwk } })).toMatchObject({ jwk });
  });

  it.each<[string, Bent, Partial<ProvenRequest>]>([
    ['another method', {}, { method: 'POST' }],
    ['another address', {}, { url: `${issuer}/app/v1/devices` }],
    ['another host', {}, { url: `https://other.example${path}` }],
    ['an address in capitals', {}, { url: (issuer + path).toUpperCase() }],
    ['another body', {}, { body: Buffer.from('x') }],
    ['no iat', { claims: { iat: undefined } }, {}],
    ['an iat that is no number', { claims: { iat: String(seconds) } }, {}],
    ['an iat of null', { claims: { iat: null } }, {}],
    ['61 seconds ago', { claims: { iat: seconds - 61 } }, { now: new Date(seconds * 1000) }],
    ['61 seconds hence', { claims: { iat: seconds + 61 } }, { now: new Date(seconds * 1000) }],
    ['no jti', { claims: { jti: undefined } }, {}],
    ['an empty jti', { claims: { jti: '' } }, {}],
    ['a jti of 65 characters', { claims: { jti: 'j'.repeat(65) } }, {}],
    ['a jti with a blank', { claims: { jti: 'a b' } }, {}],
    ['a jti that is a number', { claims: { jti: 1 } }, {}],
    ['no bh', { claims: { bh: undefined } }, {}],
    ['an empty bh', { claims: { bh: '' } }, {}],
    ['the bh in hex', { claims: { bh: createHash('sha256').digest('hex') } }, {}],
    ['alg none', { header: { alg: 'none' } }, {}],
    ['alg ES384', { header: { alg: 'ES384' } }, {}],
    ['no alg', { header: { alg: undefined } }, {}],
    ['the typ of DPoP', { header: { typ: 'dpop+jwt' } }, {}],
    ['a typ in capitals', { header: { typ: 'DEVICE-PROOF+JWT' } }, {}],
    ['crit', { header: { crit: [] } }, {}],
    ['neither kid nor jwk', { header: { kid: undefined } }, {}],
    ['both kid and jwk', { header: { jwk: enrolling.signing.publicJwk } }, {}],
    ['a kid that is a number', { header: { kid: 1 } }, {}],
    ['a jwk of another curve', { header: { kid: undefined, jwk: { kty: 'EC', crv: 'P-384', x: 'x', y: 'y' } } }, {}],
    ['a jwk off the curve', { header: { kid: undefined, jwk: { ...keyPair().publicJwk, y: 'A'.repeat(43) } } }, {}],
    ['a jwk that is null', { header: { kid: undefined, jwk: null } }, {}],
    ['more than 4,096 characters', { claims: { x: 'x'.repeat(4096) } }, {}],
  ])('a device proof is refused for %s, with a sentence that says so', (_case, bent, of) => {
    expect(read(bent, of)).toEqual(expect.stringMatching(/^The .*\S/));
  });

  it.each([undefined, '', 'x', 'a.b.c', '..', ' '])('a device proof is refused when it is %p', (compact) => {
    expect(readDeviceProof(compact, request)).toEqual(expect.stringMatching(/^The Device-Proof header /));
  });

  it.each([-60, -59, 0, 59, 60])('a device proof is accepted when its iat is off by %i seconds', (off) => {
    const at = { now: new Date(seconds * 1000) };
    expect(read({ claims: { iat: seconds + off } }, at)).toMatchObject({ kid: 'device-1' });
  });

  it('any text is read as a device proof or refused, and never raises an error', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.jsonValue().map((one) => bare(one)),
        ),
        (compact) => {
          expect(typeof readDeviceProof(compact, request)).toBe('string');
        },
      ),
    );
  });

  const bare = (header: unknown) => {
    const part = Buffer.from(JSON.stringify(header)).toString('base64url');
    return `${part}.${part}.${'A'.repeat(86)}`;
  };

  it('a device proof is verified by its own key and by no other', () => {
    const proof = read();
    if (typeof proof === 'string') throw new Error(proof);
    expect(isProvenBy(proof, publicHalf(enrolling.signing))).toBe(true);
    expect(isProvenBy(proof, publicHalf(keyPair()))).toBe(false);
  });

  interface Known {
    name: string;
    deviceId: string | null;
    method: string;
    url: string;
    body: string;
    nowMs: number;
    claims: { jti: string };
    signingInput: string;
    signature: string;
  }
  const { signingKey, cases } = readVectors('device-proof') as { signingKey: PublicJwk; cases: Known[] };

  it.each(cases)('a device proof made by another implementation is read: $name', (known) => {
    const proof = readDeviceProof(`${known.signingInput}.${known.signature}`, {
      method: known.method,
      url: known.url.replace(/[?#].*/, ''),
      body: Buffer.from(known.body),
      now: new Date(known.nowMs),
    });
    if (typeof proof === 'string') throw new Error(proof);
    expect(proof.jti).toBe(known.claims.jti);
    expect(proof.kid ?? null).toBe(known.deviceId);
    expect(isProvenBy(proof, publicKey(signingKey)!)).toBe(true);
  });
});
