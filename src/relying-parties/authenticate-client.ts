import { Injectable } from '@nestjs/common';
import { claimedClient, verifyClientAssertion } from '../crypto/client-assertion.ts';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { sha256 } from '../crypto/sha256.ts';
import { Problem } from '../domain/problem.ts';
import type { Client } from './client.entity.ts';
import { ClientStore } from './client.store.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Compared when a client has no secret, so that an unknown client takes as long as a wrong secret. */
const DECOY_SECRET = Buffer.alloc(32);

/**
 * Authenticates the client of a token request: `private_key_jwt` (RFC 7523) or `client_secret_basic` (RFC 6749, 2.3.1).
 */
@Injectable()
export class AuthenticateClient {
  constructor(private readonly store: ClientStore) {}

  async authenticate(input: {
    authorization: string | undefined;
    assertionType: string | undefined;
    assertion: string | undefined;
    issuer: string;
  }): Promise<Client> {
    if (input.authorization !== undefined && input.assertion !== undefined) {
      throw new Problem(
        'invalid_request',
        'Authenticate with either a client secret or a client assertion, not with both.',
      );
    }
    return input.assertion === undefined
      ? this.bySecret(input.authorization)
      : this.byAssertion(input.assertionType, input.assertion, input.issuer);
  }

  private async bySecret(authorization: string | undefined): Promise<Client> {
    const credentials = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1];
    const decoded = Buffer.from(credentials ?? '', 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    const [clientId, secret] = [formDecode(decoded.slice(0, colon)), formDecode(decoded.slice(colon + 1))];
    const client = colon > 0 ? await this.store.byClientId(clientId) : undefined;
    const right = equalInConstantTime(sha256(secret), client?.secretDigest ?? DECOY_SECRET);
    if (!client || !right) throw new Problem('invalid_client', 'The client id or the client secret is wrong.');
    return client;
  }

  private async byAssertion(type: string | undefined, assertion: string, issuer: string): Promise<Client> {
    if (type !== ASSERTION_TYPE)
      throw new Problem('invalid_request', `client_assertion_type must be ${ASSERTION_TYPE}.`);
    const clientId = claimedClient(assertion);
    const client = clientId ? await this.store.byClientId(clientId) : undefined;
    if (!client?.jwks) throw new Problem('invalid_client', 'The assertion’s iss names no client with registered keys.');
    const now = new Date();
    const checked = await verifyClientAssertion({
      assertion,
      clientId: client.clientId,
      issuer,
      jwks: client.jwks,
      now,
    });
    if (typeof checked === 'string') throw new Problem('invalid_client', checked);
    if (!(await this.store.spendAssertion(client.id, checked.jti, checked.expiresAt))) {
      throw new Problem('invalid_client', 'The assertion was already used. Create a new one with a new jti.');
    }
    return client;
  }
}

/** Client id and secret are form-encoded before they are joined (RFC 6749, appendix B). */
function formDecode(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    return '';
  }
}
