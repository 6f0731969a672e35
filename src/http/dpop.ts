import type { FastifyRequest } from 'fastify';
import { readDpopProof } from '../crypto/dpop-proof.ts';
import type { SpentProofs } from '../crypto/spent-proofs.ts';
import { Problem } from '../domain/problem.ts';

/** An access token as a request presents it. */
export interface PresentedToken {
  token: string;
  /** By the scheme `DPoP`. */
  isDpop: boolean;
}

/**
 * The access token of an `Authorization` header, by the scheme `Bearer` (RFC 6750, 2.1) or `DPoP` (RFC 9449, 7.1). Both allow
 * several blanks after the scheme.
 */
export function presentedToken(authorization: string | undefined): PresentedToken | undefined {
  const [, scheme = '', token] = /^(Bearer|DPoP) +([\w.-]{1,4096})$/i.exec(authorization ?? '') ?? [];
  return token === undefined ? undefined : { token, isDpop: scheme.length === 'DPoP'.length };
}

/**
 * Expects that the request proves the key to which its token is bound, once, and by the scheme `DPoP`. A token without a key
 * has no proof. Problems: `invalid_token`, `too_many_requests`.
 */
export function expectProof(
  { method, url, headers, server }: FastifyRequest,
  { token, isDpop, jkt }: PresentedToken & { jkt: string | undefined },
  proofs: SpentProofs,
): void {
  if (jkt === undefined) throw refused('This token is bound to no key. Send it with the scheme Bearer.');
  if (!isDpop)
    throw refused('This token is bound to a key. Send it with the scheme DPoP, and a proof in the DPoP header.');
  const { dpop } = headers;
  if (typeof dpop !== 'string') throw notProved('Send a proof of the key in the DPoP header.');
  const now = new Date();
  const address = server.issuer + (url.split('?', 1)[0] ?? '');
  const proof = readDpopProof(dpop, { method, url: address, accessToken: token, jkt, now });
  if (typeof proof === 'string') throw notProved(proof);
  const spending = proofs.spend(proof, now);
  if (spending === 'too_many') {
    const detail =
      'More proofs were sent than can be kept. Send the request again, with a new proof, after ten seconds.';
    throw new Problem('too_many_requests', detail, { retryAfterSeconds: 10 });
  }
  if (spending === 'again')
    throw notProved('The proof was already used. Sign a new one, with a new jti, for every request.');
}

function refused(detail: string): Problem {
  return new Problem('invalid_token', detail, { isBound: true });
}

function notProved(detail: string): Problem {
  return new Problem('invalid_token', detail, { isBound: true, error: 'invalid_dpop_proof' });
}
