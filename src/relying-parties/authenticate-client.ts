import { Injectable } from '@nestjs/common';
import { claimedClient, verifyClientAssertion } from '../crypto/client-assertion.ts';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { sha256 } from '../crypto/sha256.ts';
import { Problem } from '../domain/problem.ts';
import { isPublic, REQUEST_SIGNING_ALGS, type ClientAuthMethod } from '../domain/client.ts';
import type { Client } from './client.entity.ts';
import { ClientKeys } from './client-keys.ts';
import { ClientStore } from './client.store.ts';
import { KeyUses, type UsedKey } from './key-uses.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Compared when a client has no secret, so that an unknown client takes as long as a wrong secret. */
const DECOY_SECRET = Buffer.alloc(32);

/** A client that proved who it is. `isTest`: by a key of test mode. */
export interface AuthenticatedClient {
  client: Client;
  isTest: boolean;
}

/** The same, and the key that it used. */
type Authenticated = AuthenticatedClient & { used: UsedKey };

/** What a request to an OAuth endpoint says about its client. An empty value counts as left out. */
export interface PresentedClient {
  /** The `Authorization` header. */
  authorization: string | undefined;
  clientId: string | undefined;
  clientSecret: string | undefined;
  assertionType: string | undefined;
  assertion: string | undefined;
}

/** The server as an assertion may name it. */
export interface Audience {
  issuer: string;
  /** The URL of the called endpoint. */
  endpoint: string;
}

/**
 * Authenticates the client of a request to an OAuth endpoint: `private_key_jwt` (RFC 7523), `client_secret_basic` or
 * `client_secret_post` (RFC 6749, 2.3.1).
 */
@Injectable()
export class AuthenticateClient {
  constructor(
    private readonly store: ClientStore,
    private readonly uses: KeyUses,
    private readonly keys: ClientKeys,
  ) {}

  /**
   * Returns the client. Problems: `invalid_request` for several ways at once (RFC 6749, 2.3), `invalid_client` for wrong
   * credentials, for another way than the registered one, for a client that is disabled, and for a `client_id` that names another client.
   * `servesPublic`: a client of the method `none` names itself, and no more (RFC 6749, 3.2.1).
   */
  async authenticate(
    presented: PresentedClient,
    audience: Audience,
    { servesPublic = false }: { servesPublic?: boolean } = {},
  ): Promise<AuthenticatedClient> {
    const named = servesPublic ? await this.publicClient(presented) : undefined;
    if (named) return { client: named, isTest: false };
    const method = methodOf(presented);
    const { client, isTest, used } =
      method === 'private_key_jwt'
        ? await this.byAssertion(presented, audience)
        : await this.bySecret(method === 'client_secret_basic' ? basicOf(presented.authorization) : postOf(presented));
    if ((client.tokenEndpointAuthMethod ?? method) !== method) {
      throw new Problem('invalid_client', `This client is registered for ${client.tokenEndpointAuthMethod}.`);
    }
    if (presented.clientId && presented.clientId !== client.clientId) {
      throw new Problem('invalid_client', 'The client_id names another client than the credentials.');
    }
    expectEnabled(client);
    await this.uses.note(client.id, used);
    return { client, isTest };
  }

  /**
   * Marks a signed request of a client as used, apart from its assertions. Returns false when its `jti` was used before.
   */
  spendRequest(clientId: string, jti: string, expiresAt: Date): Promise<boolean> {
    return this.store.spendAssertion(clientId, `request ${jti}`, expiresAt);
  }

  private async publicClient(presented: PresentedClient): Promise<Client | undefined> {
    const { authorization, clientId, clientSecret, assertion } = presented;
    if (!clientId || authorization || clientSecret || assertion) return undefined;
    const client = await this.store.byClientId(clientId);
    return client && isPublic(client) && client.disabledAt === null ? client : undefined;
  }

  private async bySecret({ clientId, secret }: { clientId: string; secret: string }): Promise<Authenticated> {
    if (clientId === '') throw wrongSecret();
    const { client, former, tests } = await this.store.credentialsOf(clientId);
    const digest = sha256(secret);
    const serving = [
      ...[client?.secretDigest ?? DECOY_SECRET, ...former].map((one) => ({ digest: one, isTest: false })),
      ...tests.map((one) => ({ digest: one, isTest: true })),
    ];
    const [right] = serving.filter((one) => equalInConstantTime(digest, one.digest));
    if (!client || !right) throw wrongSecret();
    const { isTest } = right;
    return { client, isTest, used: { kind: 'secret', digest, isTest } };
  }

  private async byAssertion(
    { assertion = '', assertionType }: PresentedClient,
    { issuer, endpoint }: Audience,
  ): Promise<Authenticated> {
    if (assertionType !== ASSERTION_TYPE)
      throw new Problem('invalid_request', `client_assertion_type must be ${ASSERTION_TYPE}.`);
    const clientId = claimedClient(assertion);
    const client = clientId ? await this.store.byClientId(clientId) : null;
    if (!client || (client.jwksUri === null && !hasKeys(client.jwks) && !hasKeys(client.testJwks)))
      throw new Problem('invalid_client', 'The assertion’s iss names no client with registered keys.');
    // The service asks no address for a client that is disabled, whose name a stranger may write into an assertion.
    if (client.jwksUri !== null) expectEnabled(client);
    const jwks = await this.keys.of(client, assertion);
    const checked = await verifyClientAssertion({
      assertion,
      clientId: client.clientId,
      issuer,
      // CIBA Core 1.0, 7.1 and RFC 9126, 2: a client may name the token endpoint wherever it authenticates. The profile of
      // CAMARA recommends the URL of the called endpoint.
      endpoints: client.assertionAudience === 'endpoint' || client.camara ? [endpoint, `${issuer}/oauth2/token`] : [],
      jwks,
      testJwks: client.testJwks,
      isCamara: client.camara,
      ...(client.fapi && { algorithms: REQUEST_SIGNING_ALGS }),
      now: new Date(),
    });
    if (typeof checked === 'string')
      throw new Problem(
        'invalid_client',
        hasKeys(jwks) || hasKeys(client.testJwks) ? checked : noKeysOf(client, checked),
      );
    if (!(await this.store.spendAssertion(client.id, checked.jti, checked.expiresAt))) {
      throw new Problem('invalid_client', 'The assertion was already used. Create a new one with a new jti.');
    }
    const { thumbprint, isTest } = checked;
    return { client, isTest, used: { kind: 'key', thumbprint } };
  }
}

function expectEnabled({ disabledAt }: Client): void {
  if (disabledAt !== null)
    throw new Problem('invalid_client', 'This client is disabled. Ask the operator of the service.');
}

function wrongSecret(): Problem {
  return new Problem('invalid_client', 'The client id or the client secret is wrong.');
}

/** The sentence of a refusal for which the address of the client's keys may be the reason. */
function noKeysOf({ jwksUri }: Client, fault: string): string {
  return jwksUri === null ? fault : 'The keys at the jwks_uri of this client cannot be read at present.';
}

function hasKeys(jwks: object | null): boolean {
  const { keys = [] } = (jwks ?? {}) as { keys?: unknown[] };
  return keys.length > 0;
}

/** The one way that the request uses. Without any, the request fails like one with a wrong secret. */
function methodOf({ authorization, clientSecret, assertion }: PresentedClient): ClientAuthMethod {
  const used: ClientAuthMethod[] = [];
  if (authorization) used.push('client_secret_basic');
  if (clientSecret) used.push('client_secret_post');
  if (assertion) used.push('private_key_jwt');
  if (used.length > 1)
    throw new Problem('invalid_request', `Authenticate in one way, not with both ${used.join(' and ')}.`);
  return used[0] ?? 'client_secret_post';
}

function basicOf(authorization: string | undefined): { clientId: string; secret: string } {
  const credentials = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1];
  const decoded = Buffer.from(credentials ?? '', 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 1) return { clientId: '', secret: '' };
  return { clientId: formDecode(decoded.slice(0, colon)), secret: formDecode(decoded.slice(colon + 1)) };
}

function postOf({ clientId = '', clientSecret = '' }: PresentedClient): { clientId: string; secret: string } {
  return { clientId, secret: clientSecret };
}

/** Client id and secret are form-encoded before they are joined (RFC 6749, appendix B). */
function formDecode(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '));
  } catch {
    return '';
  }
}
