import { Injectable } from '@nestjs/common';
import { thumbprintsOf } from '../crypto/client-jwks.ts';
import { randomId, randomToken } from '../crypto/random.ts';
import { sha256 } from '../crypto/sha256.ts';
import { isConflict, type Session } from '../database/database.ts';
import type { Problem } from '../domain/problem.ts';
import { AdmissionStore } from './admission.store.ts';
import { isPublic, type ClientAuthMethod } from '../domain/client.ts';
import type { Client } from './client.entity.ts';
import { isPrivateUse, refused, type ClientSettings } from './client-settings.ts';
import { CALL_CENTRE, WEBSITE } from './relying-parties.ts';

/** Random bytes of a secret. */
const SECRET_BYTES = 32;

/** A secret of test mode says so to a reader, and to programs that look for secrets in the wrong place. */
const TEST_PREFIX = 'test_';

/** A registration that was made. A secret is shown once and stored nowhere. */
export interface Admitted {
  clientId: string;
  secret: string | null;
  /** The secret that gets tokens of test mode. */
  testSecret?: string;
}

/** A secret that takes the place of the former ones. */
export interface Rotated {
  clientId: string;
  secret: string;
  formerEndsAt: Date;
}

/** One key with which a client may authenticate, or might until `endsAt`. Never the secret or its digest. */
export interface ListedKey {
  kind: 'secret' | 'key';
  /** It gets tokens of test mode alone. */
  test: boolean;
  kid: string | null;
  thumbprint: string | null;
  state: 'present' | 'overlapping' | 'ended';
  madeAt: Date | null;
  endsAt: Date | null;
  lastUsedAt: Date | null;
}

/** A client as its administrator sees it. */
export type ListedClient = Omit<Client, 'id' | 'secretDigest' | 'jwks' | 'testJwks'> & { keys: ListedKey[] };

/**
 * Admits relying parties and other clients, changes what is registered and ends it. The caller audits each act in the
 * same transaction. Problems of all: `invalid_request`.
 */
@Injectable()
export class Admission {
  constructor(private readonly store: AdmissionStore) {}

  /** Adds a client: with the keys given, or with a new secret; with `hasTests` also with a secret of test mode. */
  async add(
    session: Session,
    clientId: string,
    settings: ClientSettings & Pick<Client, 'name' | 'scopes'>,
    { hasTests = false } = {},
  ): Promise<Admitted> {
    const keys = keysOf(settings) ?? NO_KEYS;
    const tokenEndpointAuthMethod =
      settings.tokenEndpointAuthMethod ?? (hasKeys(keys) ? 'private_key_jwt' : 'client_secret_basic');
    expectFitting(tokenEndpointAuthMethod, keys);
    await expectTestKeys(tokenEndpointAuthMethod, settings);
    if (hasTests && hasKeys(keys)) throw needsTestJwks();
    expectFlowsFit(tokenEndpointAuthMethod, settings);
    expectPublicFits(tokenEndpointAuthMethod, { ...settings, hasTests });
    const hasSecret = !hasKeys(keys) && tokenEndpointAuthMethod !== 'none';
    const secret = hasSecret ? randomToken(SECRET_BYTES) : null;
    const testSecret = hasTests ? newTestSecret() : undefined;
    const secretDigest = secret === null ? null : sha256(secret);
    const client = { ...settings, id: randomId(), clientId, tokenEndpointAuthMethod, secretDigest };
    await unique(this.store.insert(session, client, testSecret === undefined ? null : sha256(testSecret)), client);
    return { clientId, secret, ...(testSecret !== undefined && { testSecret }) };
  }

  /**
   * Changes settings; those that are left out stay. Another way to authenticate brings its keys: a new secret, or the
   * JWKS or its address, and ends at once those of the former way, also of test mode. With the method null, the secret
   * serves in either place and the registered keys beside it, so that nothing ends. Returns the secret that this made,
   * or null.
   */
  async change(
    session: Session,
    clientId: string,
    settings: ClientSettings,
    { endsTests = false } = {},
  ): Promise<Admitted> {
    const client = await this.inUse(session, clientId);
    const { tokenEndpointAuthMethod: wanted } = settings;
    const method = wanted === undefined ? client.tokenEndpointAuthMethod : wanted;
    const keeps = method === null || method === 'private_key_jwt';
    const keySet = keysOf(settings) ?? (keeps ? client : NO_KEYS);
    const { jwks, jwksUri } = keySet;
    if (method === null && jwksUri !== null)
      throw refused('Keys at an address are the only ones of a client.', 'Give --auth-method=private_key_jwt too.');
    if (method !== null) expectFitting(method, keySet);
    const [secret, secretDigest] = secretOf(method, client, { isChosen: wanted !== undefined });
    const keys = { jwks, jwksUri, ...secretDigest };
    const keptTestJwks = keeps && !endsTests ? client.testJwks : null;
    const testJwks = settings.testJwks === undefined ? keptTestJwks : settings.testJwks;
    await expectTestKeys(method, { jwks, testJwks });
    expectFlowsFit(method, { ...flowSettingsOf(client), ...settings });
    expectPublicFits(method, { scopes: client.scopes, returnUrls: client.returnUrls, ...settings });
    await unique(this.store.change(session, client, { ...settings, ...keys, testJwks }), { clientId, ...settings });
    if (endsTests || method === 'private_key_jwt' || method === 'none')
      await this.store.endTestSecrets(session, client.id);
    return { clientId, secret };
  }

  /**
   * Changes settings as the client's own people may: the operator of the service decides which clients are public, so
   * nobody else changes the method of one.
   */
  async changeOwn(session: Session, clientId: string, settings: ClientSettings): Promise<Admitted> {
    const { tokenEndpointAuthMethod: method } = settings;
    if (method !== undefined && (method === 'none' || isPublic(await this.inUse(session, clientId))))
      throw refused('The operator of the service decides which clients are public.');
    return this.change(session, clientId, settings);
  }

  /** Gives a client a new secret. The former one serves for `overlapSeconds` longer; those before it no longer either. */
  async rotate(session: Session, clientId: string, overlapSeconds: number): Promise<Rotated> {
    const client = await this.inUse(session, clientId);
    if (isPublic(client)) throw hasNoSecret(clientId);
    if (usesKeys(client) && client.secretDigest === null) {
      throw refused(
        `${clientId} has no secret: it uses private_key_jwt.`,
        `Change its keys with: change ${clientId} --jwks=FILE`,
      );
    }
    const secret = randomToken(SECRET_BYTES);
    const formerEndsAt = await this.store.rotate(session, client.id, sha256(secret), overlapSeconds);
    return { clientId, secret, formerEndsAt };
  }

  /** Gives a client a secret of test mode: its first one, or one in place of those before it, as `rotate`. */
  async rotateTest(session: Session, clientId: string, overlapSeconds: number): Promise<Rotated> {
    const client = await this.inUse(session, clientId);
    if (isPublic(client)) throw hasNoSecret(clientId);
    if (usesKeys(client)) throw needsTestJwks();
    const secret = newTestSecret();
    const formerEndsAt = await this.store.rotateTest(session, client.id, sha256(secret), overlapSeconds);
    return { clientId, secret, formerEndsAt };
  }

  /** Refuses a client new tokens, and within a second those that it has. It stays so. */
  async disable(session: Session, clientId: string): Promise<void> {
    expectNotOwn(clientId);
    if (await this.store.disable(session, clientId)) return;
    throw (await this.store.find(clientId)) ? disabled(clientId) : unknown(clientId);
  }

  /** Lists all clients by id, without the service's own and without keys. */
  async list(): Promise<Omit<ListedClient, 'keys'>[]> {
    const clients = await this.store.list();
    return clients.filter(({ clientId }) => !isOwn(clientId)).map((client) => withoutKeys(client));
  }

  /** Shows one client with its keys and their last uses. */
  async show(clientId: string): Promise<ListedClient> {
    const client = await this.store.find(clientId);
    if (!client) throw unknown(clientId);
    return { ...withoutKeys(client), keys: [...(await this.secrets(client)), ...(await this.publicKeys(client))] };
  }

  /** The public keys of a client: the live set, and the one of test mode. */
  async keySets(clientId: string): Promise<{ live: object | null; test: object | null }> {
    const client = await this.store.find(clientId);
    if (!client) throw unknown(clientId);
    return { live: client.jwks, test: client.testJwks };
  }

  /** Locks a client that is in use and not the service's own. */
  private async inUse(session: Session, clientId: string): Promise<Client> {
    expectNotOwn(clientId);
    const client = await this.store.lock(session, clientId);
    if (!client) throw unknown(clientId);
    if (client.disabledAt !== null) throw disabled(clientId);
    return client;
  }

  private async secrets({ id, secretDigest, createdAt }: Client): Promise<ListedKey[]> {
    const [live, tests] = await Promise.all([this.store.secretsOf(id), this.store.testSecretsOf(id)]);
    const of = ({ madeAt, endsAt, lastUsedAt }: (typeof live)[number] | (typeof tests)[number]) => ({
      madeAt,
      endsAt,
      lastUsedAt,
    });
    const kept = [
      ...live.map((one) => ({ ...of(one), test: false, isPresent: secretDigest?.equals(one.digest) === true })),
      ...tests.map((one) => ({ ...of(one), test: true, isPresent: one.endsAt === null })),
    ];
    // A secret that was registered by other means, and not used yet.
    if (secretDigest && !kept.some((one) => one.isPresent && !one.test))
      kept.push({ test: false, isPresent: true, madeAt: createdAt, endsAt: null, lastUsedAt: null });
    return kept.map(({ test, isPresent: present, madeAt, endsAt, lastUsedAt }) => {
      const overlaps = endsAt !== null && endsAt > new Date();
      const state = present ? 'present' : overlaps ? 'overlapping' : 'ended';
      return {
        kind: 'secret',
        test,
        kid: null,
        thumbprint: null,
        state,
        madeAt,
        endsAt: present ? null : endsAt,
        lastUsedAt,
      };
    });
  }

  private async publicKeys({ id, jwks, testJwks }: Client): Promise<ListedKey[]> {
    const uses = new Map((await this.store.usesOf(id)).map((one) => [one.thumbprint, one.lastUsedAt]));
    const listed = async (set: object | null, test: boolean): Promise<ListedKey[]> =>
      (await thumbprintsOf(set ?? {})).map(({ kid, thumbprint }) => {
        const lastUsedAt = uses.get(thumbprint) ?? null;
        return { kind: 'key', test, kid, thumbprint, state: 'present', madeAt: null, endsAt: null, lastUsedAt };
      });
    return [...(await listed(jwks, false)), ...(await listed(testJwks, true))];
  }
}

/** The public keys of a client, or where it publishes them. */
type KeySet = Pick<Client, 'jwks' | 'jwksUri'>;

const NO_KEYS: KeySet = { jwks: null, jwksUri: null };

function hasKeys({ jwks, jwksUri }: KeySet): boolean {
  return jwks !== null || jwksUri !== null;
}

/** The keys that settings bring; undefined without any. One place alone says which they are (RFC 7591, 2). */
function keysOf({ jwks = null, jwksUri = null }: ClientSettings): KeySet | undefined {
  if (jwks !== null && jwksUri !== null) throw refused('Give the keys (jwks) or their address (jwks_uri), not both.');
  return jwks === null && jwksUri === null ? undefined : { jwks, jwksUri };
}

/**
 * The secret that a change makes, and its column as far as it changes. A client without a method may have keys alone: it gets a
 * secret only where that way is chosen.
 */
function secretOf(
  method: ClientAuthMethod | null,
  { secretDigest }: Client,
  { isChosen }: { isChosen: boolean },
): [string | null, Partial<Pick<Client, 'secretDigest'>>] {
  if (method === 'none' || method === 'private_key_jwt') return [null, secretDigest ? { secretDigest: null } : {}];
  if (secretDigest || (method === null && !isChosen)) return [null, {}];
  const secret = randomToken(SECRET_BYTES);
  return [secret, { secretDigest: sha256(secret) }];
}

function expectFitting(method: ClientAuthMethod, keys: KeySet): void {
  if (method === 'private_key_jwt' && !hasKeys(keys))
    throw refused('private_key_jwt needs the public keys of the client.', 'Give --jwks=FILE or --jwks-uri=URL.');
  if (method !== 'private_key_jwt' && hasKeys(keys))
    throw refused(
      `A JWKS serves private_key_jwt, and the method is ${method}.`,
      'Give --auth-method=private_key_jwt too.',
    );
}

type FlowSettings = Pick<
  ClientSettings,
  | 'backchannelTokenDeliveryMode'
  | 'backchannelClientNotificationEndpoint'
  | 'backchannelAuthenticationRequestSigningAlg'
  | 'fapi'
  | 'camara'
  | 'requireSignedRequestObject'
  | 'idTokenSignedResponseAlg'
>;

function flowSettingsOf(client: Client): FlowSettings {
  return {
    backchannelTokenDeliveryMode: client.backchannelTokenDeliveryMode,
    backchannelClientNotificationEndpoint: client.backchannelClientNotificationEndpoint,
    backchannelAuthenticationRequestSigningAlg: client.backchannelAuthenticationRequestSigningAlg,
    fapi: client.fapi,
    camara: client.camara,
    requireSignedRequestObject: client.requireSignedRequestObject,
    idTokenSignedResponseAlg: client.idTokenSignedResponseAlg,
  };
}

const GIVE_KEYS = 'Give --auth-method=private_key_jwt and --jwks or --jwks-uri.';

/** A client is pinged at an address, and one that follows FAPI-CIBA or signs its requests has keys. */
function expectFlowsFit(method: ClientAuthMethod | null, settings: FlowSettings): void {
  const {
    backchannelTokenDeliveryMode: mode,
    backchannelClientNotificationEndpoint: endpoint,
    backchannelAuthenticationRequestSigningAlg: alg,
    fapi,
    camara,
    requireSignedRequestObject,
    idTokenSignedResponseAlg: idTokenAlg,
  } = settings;
  if (mode === 'ping' && method === 'none') throw refused('A public client cannot use CIBA.');
  if (mode === 'ping' && (endpoint ?? null) === null)
    throw refused('The mode ping needs an address.', 'Give --ciba-notification-endpoint=URL.');
  if (camara === true && mode === 'ping')
    throw refused('The CAMARA profile has the mode poll alone.', 'Give --ciba-mode=poll.');
  if (camara === true && method !== 'private_key_jwt')
    throw refused('The CAMARA profile needs private_key_jwt.', GIVE_KEYS);
  if (fapi === true && idTokenAlg === 'RS256')
    throw refused('FAPI-CIBA needs id_tokens of ES256.', 'Give --id-token-alg=ES256.');
  const needsKeys = fapi === true || requireSignedRequestObject === true || (alg ?? null) !== null;
  if (needsKeys && method !== 'private_key_jwt')
    throw refused('FAPI-CIBA and signed requests need private_key_jwt.', GIVE_KEYS);
}

/** The one scope of a public client: it logs persons in, and calls nothing in its own name. */
const OF_A_PUBLIC_CLIENT = 'openid';

/** What a public client may be registered for, and what it alone may. */
function expectPublicFits(
  method: ClientAuthMethod | null,
  { scopes = [], returnUrls = [], hasTests }: Pick<ClientSettings, 'scopes' | 'returnUrls'> & { hasTests?: boolean },
): void {
  if (method !== 'none') {
    const ofAnApp = returnUrls.find(isPrivateUse);
    if (ofAnApp !== undefined)
      throw refused('Only a public client may return to an app by a scheme of its own. Register an address of https.');
    return;
  }
  if (scopes.some((scope) => scope !== OF_A_PUBLIC_CLIENT))
    throw refused('A public client logs people in and calls nothing else: take its other scopes away.');
  if (hasTests) throw refused('A public client has no secret, and no test mode.');
}

/** Keys of test mode serve a client that may authenticate by keys, and are none of its live ones. */
async function expectTestKeys(
  method: ClientAuthMethod | null,
  { jwks, testJwks }: Pick<ClientSettings, 'jwks' | 'testJwks'>,
): Promise<void> {
  if (!testJwks) return;
  if (method !== null && method !== 'private_key_jwt')
    throw refused(
      `Test keys serve private_key_jwt, and the method is ${method}.`,
      'Use rotate --test for a test secret.',
    );
  const live = (await thumbprintsOf(jwks ?? {})).map(({ thumbprint }) => thumbprint);
  const both = (await thumbprintsOf(testJwks)).some(({ thumbprint }) => live.includes(thumbprint));
  if (both) throw refused('A test key must be none of the live keys. Make another pair of keys for tests.');
}

function usesKeys({ tokenEndpointAuthMethod: method, jwks }: Client): boolean {
  const { keys = [] } = (jwks ?? {}) as { keys?: unknown[] };
  return method === 'private_key_jwt' || (method === null && keys.length > 0);
}

function newTestSecret(): string {
  return TEST_PREFIX + randomToken(SECRET_BYTES);
}

function hasNoSecret(clientId: string): Problem {
  return refused(`${clientId} is a public client: it has no secret.`);
}

function needsTestJwks(): Problem {
  return refused(
    'A client that uses private_key_jwt has test keys of its own.',
    'Give --test-jwks=FILE to add or change.',
  );
}

async function unique(
  write: Promise<void>,
  { clientId, vendorCode }: { clientId: string; vendorCode?: string | null },
): Promise<void> {
  try {
    await write;
  } catch (error) {
    const cause = (error as { driverError?: unknown }).driverError ?? error;
    if (isConflict(cause, 'clients_client_id_key')) throw refused(`The client id ${clientId} is already in use.`);
    if (isConflict(cause, 'clients_vendor_code_key'))
      throw refused(`The vendor code ${vendorCode} belongs to another client.`);
    throw error;
  }
}

function isOwn(clientId: string): boolean {
  return clientId === WEBSITE.clientId || clientId === CALL_CENTRE.clientId;
}

function expectNotOwn(clientId: string): void {
  if (isOwn(clientId)) throw refused(`${clientId} belongs to the service itself and stays as it is.`);
}

function withoutKeys({
  id: _id,
  secretDigest: _digest,
  jwks: _jwks,
  testJwks: _testJwks,
  ...client
}: Client): Omit<ListedClient, 'keys'> {
  return client;
}

const unknown = (clientId: string) => refused(`No client has the id ${clientId}. See: list`);
const disabled = (clientId: string) => refused(`${clientId} is disabled, and stays so. Add a new client.`);
