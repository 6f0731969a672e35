import { parseAnyJws, verifyByKind } from './compact-jws.ts';
import { ASSERTION_ALGORITHMS } from './client-assertion.ts';
import { readPublicKey } from './client-jwks.ts';
import { sha256 } from './sha256.ts';

/** The algorithms of proofs: those of assertions. */
export const DPOP_ALGORITHMS = ASSERTION_ALGORITHMS;

/** Seconds by which `iat` may differ from the time of this server, before or after it (RFC 9449, 11.1: seconds or minutes). */
const SKEW_SECONDS = 60;
/** The longest proof, in characters: one with a key of RSA-4096 has 1,500. */
const MAX_PROOF = 4096;
/** The maximum length of `jti`, in characters. */
const MAX_JTI = 255;

/** The request that a proof must match. */
export interface ProvedRequest {
  method: string;
  /** Absolute URL; query and fragment are ignored. */
  url: string;
  /** The access token that is sent with the proof; undefined at the token endpoint. */
  accessToken?: string;
  /** The thumbprint of the key to which that is bound. */
  jkt?: string;
  now: Date;
}

/** A proof of possession whose signature and claims are right. It is not spent yet. */
export interface DpopProof {
  /** The thumbprint of its key (RFC 7638). */
  jkt: string;
  jti: string;
  /** From then on, its `iat` is refused. */
  expiresAt: Date;
}

/**
 * Reads and checks the `DPoP` header of a request (RFC 9449, 4.3). Returns the proof, or the reason for refusal as a sentence.
 * The caller must still spend its `jti` and compare its key.
 */
export function readDpopProof(compact: string, request: ProvedRequest): DpopProof | string {
  const jws = compact.length <= MAX_PROOF ? parseAnyJws(compact) : null;
  if (!jws) return `Send one DPoP header, with a signed JWT of at most ${MAX_PROOF} characters.`;
  const { typ, alg, crit, jwk } = jws.header;
  if (typ !== 'dpop+jwt' || crit !== undefined) return 'The proof must have typ dpop+jwt, and no crit.';
  const key = readPublicKey(jwk);
  if (typeof key === 'string') return `The jwk of the proof ${key}`;
  if (!key.algorithms.some((one) => one === alg))
    return `The alg of the proof must be the one of its key: ${DPOP_ALGORITHMS.join(', ')}.`;
  // Before the signature, which a stranger's key could make costly.
  if (request.jkt !== undefined && key.thumbprint !== request.jkt) return 'The proof is of another key than the token.';
  const { htm, htu, iat, jti, ath } = jws.payload;
  if (htm !== request.method || !isSameAddress(htu, request.url))
    return `The htm and htu of the proof must be ${request.method} and ${request.url}.`;
  if (typeof iat !== 'number' || Math.abs(request.now.getTime() / 1000 - iat) > SKEW_SECONDS)
    return `The iat of the proof must be within ${SKEW_SECONDS} seconds of ${request.now.toISOString()}. Correct the clock.`;
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI)
    return `The jti of the proof must have 1 to ${MAX_JTI} characters.`;
  if (request.accessToken !== undefined && ath !== sha256(request.accessToken).toString('base64url'))
    return 'The ath of the proof must be the base64url SHA-256 of the access token.';
  if (!verifyByKind(jws, key.key)) return 'The proof is not signed by the key in its jwk.';
  return { jkt: key.thumbprint, jti, expiresAt: new Date((iat + SKEW_SECONDS) * 1000) };
}

/** Compares addresses as RFC 3986, 6.2 normalises them, without query and fragment. */
function isSameAddress(htu: unknown, url: string): boolean {
  if (typeof htu !== 'string' || !URL.canParse(htu)) return false;
  const [said, real] = [new URL(htu), new URL(url)];
  return said.origin === real.origin && said.pathname === real.pathname && said.username === '' && said.password === '';
}
