import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { readDpopProof } from '../crypto/dpop-proof.ts';
import { Problem } from '../domain/problem.ts';
import type { Client } from './client.entity.ts';
import { ClientStore } from './client.store.ts';

/** The keys to which clients have their access tokens bound (RFC 9449, 5). */
@Injectable()
export class TokenKeys {
  constructor(
    private readonly store: ClientStore,
    private readonly environment: Environment,
  ) {}

  /**
   * The thumbprint of the key that the proof of a POST to `/oauth2/{endpoint}` proves; undefined without one. The database
   * keeps its `jti`, so that it counts once in all processes. The service asks for no nonce: `iat` and `jti` do what
   * it is for. Problems: `invalid_dpop_proof`.
   */
  async keyIn(proof: string | undefined, endpoint: string, client: Pick<Client, 'id'>): Promise<string | undefined> {
    if (proof === undefined) return undefined;
    const url = `${this.environment.ISSUER}/oauth2/${endpoint}`;
    const read = readDpopProof(proof, { method: 'POST', url, now: new Date() });
    if (typeof read === 'string') throw new Problem('invalid_dpop_proof', read);
    if (!(await this.store.spendAssertion(client.id, `proof ${read.jkt} ${read.jti}`, read.expiresAt)))
      throw new Problem('invalid_dpop_proof', 'The proof was already used. Sign a new one, with a new jti.');
    return read.jkt;
  }

  /** The same at the token endpoint, where some clients must send a proof. */
  async keyOf(proof: string | undefined, client: Client): Promise<string | undefined> {
    if (proof === undefined && (client.dpopBoundAccessTokens || client.fapi))
      throw new Problem('invalid_dpop_proof', 'This client gets tokens that are bound to a key: send a DPoP header.');
    return this.keyIn(proof, 'token', client);
  }
}
