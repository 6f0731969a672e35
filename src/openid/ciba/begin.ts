import { Injectable } from '@nestjs/common';
import { Environment } from '../../../config/environment.ts';
import { Start, type StartedAuthentication } from '../../authentication/start.ts';
import { AuthenticationStatus } from '../../authentication/status.ts';
import { randomId, randomToken } from '../../crypto/random.ts';
import { verifyRequestObject } from '../../crypto/request-object.ts';
import { ServiceKeys } from '../../crypto/service-keys.ts';
import { sha256 } from '../../crypto/sha256.ts';
import { Problem } from '../../domain/problem.ts';
import { oauthPipe } from '../../http/oauth-pipe.ts';
import { Lines } from '../../lines/lines.ts';
import { NO_OWNER, type NamedPerson } from '../../lines/named-person.ts';
import { AuthenticateClient } from '../../relying-parties/authenticate-client.ts';
import { ClientKeys } from '../../relying-parties/client-keys.ts';
import { REQUEST_SIGNING_ALGS } from '../../domain/client.ts';
import type { Client } from '../../relying-parties/client.entity.ts';
import { readIdTokenHint } from '../id-token-hint.ts';
import { refuseUnsignable } from '../id-token.ts';
import type { OpenIdScope } from '../claims.ts';
import { readAsked, type Asked } from './asked.ts';
import { BackchannelParameters, BackchannelResponse, type BackchannelRequest } from './backchannel.dto.ts';
import { CibaRequestStore, INTERVAL_SECONDS } from './ciba-request.store.ts';
import { readLoginHint } from './login-hint.ts';
import { Pings } from './pings.ts';

/** Random bytes of an `auth_req_id`: 43 characters of base64url (CIBA Core 1.0, 7.3 asks for 128 bits at least). */
const ID_BYTES = 32;

/** The scopes that say who the owner of a number is. */
const OF_THE_OWNER: readonly string[] = ['profile', 'kr_identity', 'kr_di'] satisfies OpenIdScope[];

/** What a form may have beside a signed request. */
const OF_THE_CLIENT: readonly string[] = [
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
] satisfies (keyof BackchannelRequest)[];

/** The parameters of a signed request that may be other than texts. */
const AS_NUMBER = 'requested_expiry';
const AS_OBJECT = 'claims';

/** Begins a request: a client names a person, and the service asks that person on the phone. */
@Injectable()
export class Begin {
  private readonly parameters = oauthPipe(BackchannelParameters);

  constructor(
    private readonly clients: AuthenticateClient,
    private readonly clientKeys: ClientKeys,
    private readonly starts: Start,
    private readonly authentications: AuthenticationStatus,
    private readonly lines: Lines,
    private readonly store: CibaRequestStore,
    private readonly pings: Pings,
    private readonly keys: ServiceKeys,
    private readonly environment: Environment,
  ) {}

  /**
   * Answers the same to a hint that could be anybody, whether or not the number is known and subscribed: a request about
   * nobody expires. Problems: `invalid_request`, `invalid_scope`, `invalid_target`, `invalid_binding_message`,
   * `unknown_user_id`, `expired_login_hint_token`, `too_many_requests`.
   */
  async begin(sent: BackchannelRequest, client: Client): Promise<BackchannelResponse> {
    // Before a person is asked in vain.
    if (!this.keys.canSign(client.idTokenSignedResponseAlg)) throw refuseUnsignable(client.clientId);
    const parameters = withoutIgnored(await this.parametersOf(sent, client), client);
    const asked = readAsked(parameters, client, this.environment.ISSUER);
    const { purpose, matchDigits, scopes, claims, seconds, notificationToken } = asked;
    const { person, isByNumber } = await this.personOf(parameters, client);
    if (isByNumber) expectNumberOnly(asked);
    const [id, authenticationId, authReqId] = [randomId(), randomId(), randomToken(ID_BYTES)];
    // Before the start, so that nobody is asked for a request that no client could redeem.
    await this.store.begin({
      id,
      digest: sha256(authReqId),
      clientId: client.id,
      authenticationId,
      scopes,
      claims,
      acr: asked.acr,
      isByNumber,
      seconds,
      ping: notificationToken === undefined ? null : this.pings.seal(id, { authReqId, token: notificationToken }),
    });
    const what = { id: authenticationId, purpose, matchDigits, lifetimeSeconds: seconds, isByNumber };
    const started = await this.startOf(what, person, client).catch(async (error: unknown) => {
      await this.store.drop(id);
      throw error;
    });
    if (started.match === undefined) throw new Error('an authentication by approval has no digits');
    return { auth_req_id: authReqId, expires_in: seconds, interval: INTERVAL_SECONDS, pushguard_match: started.match };
  }

  private startOf(
    {
      matchDigits,
      ...what
    }: { id: string; lifetimeSeconds: number; isByNumber: boolean } & Pick<Asked, 'purpose' | 'matchDigits'>,
    person: NamedPerson,
    client: Client,
  ): Promise<StartedAuthentication> {
    const how = { method: 'approve', flow: 'ciba' } as const;
    const input = { ...person, ...what, ...how, ...(matchDigits !== undefined && { matchDigits }) };
    return this.starts.start(input, client.id, undefined, 'theirs');
  }

  /** The parameters of the request: those of the form, or those of a signed request, never some of each. */
  private async parametersOf({ request, ...form }: BackchannelRequest, client: Client): Promise<BackchannelParameters> {
    if (request === undefined) {
      if (!client.fapi && client.backchannelAuthenticationRequestSigningAlg === null) return form;
      throw new Problem('invalid_request', 'This client signs its requests: send the parameters as claims of request.');
    }
    const sent = Object.entries<string | undefined>({ ...form });
    const beside = sent.filter(([name, value]) => value !== undefined && !OF_THE_CLIENT.includes(name));
    if (beside.length > 0)
      throw new Problem('invalid_request', 'With request, send every other parameter as a claim of it.');
    const { backchannelAuthenticationRequestSigningAlg: alg } = client;
    const verified = await verifyRequestObject({
      request,
      clientId: client.clientId,
      issuer: this.environment.ISSUER,
      // The profile of CAMARA recommends it, and other clients name the issuer.
      endpoint: client.camara ? `${this.environment.ISSUER}/oauth2/bc-authorize` : undefined,
      algorithms: alg === null ? REQUEST_SIGNING_ALGS : [alg],
      jwks: await this.clientKeys.of(client, request),
      now: new Date(),
    });
    if (typeof verified === 'string') throw invalidRequestObject(client, verified);
    const parameters = (await this.parameters.transform(textsOf(verified.parameters), {
      type: 'body',
    })) as BackchannelParameters;
    const { jti, expiresAt } = verified;
    if (jti === undefined || !(await this.clients.spendRequest(client.id, jti, expiresAt)))
      throw invalidRequestObject(client, 'The jti of the request was already used. Sign a new one.');
    return parameters;
  }

  /**
   * The person whom exactly one hint names. `isByNumber`: the client may not know more of the person than the number. An
   * id_token that came of such a request says so; one of a release before does not, so of a client that may name by number
   * each counts as one.
   */
  private async personOf(
    parameters: BackchannelParameters,
    client: Client,
  ): Promise<{ person: NamedPerson; isByNumber: boolean }> {
    const { login_hint: hint, id_token_hint: idToken, login_hint_token: token } = parameters;
    if ([hint, idToken, token].filter((one) => one !== undefined).length !== 1)
      throw new Problem('invalid_request', 'Send exactly one of login_hint and id_token_hint.');
    if (client.camara && hint === undefined)
      throw new Problem('invalid_request', 'The profile of CAMARA has login_hint alone. Send login_hint.');
    if (idToken !== undefined) return this.personOfToken(idToken, client);
    if (hint === undefined) throw new Problem('invalid_request', 'login_hint_token is not supported. Send login_hint.');
    const { phoneNumber, owner } = readLoginHint(hint, client);
    if (owner) return { person: { phoneNumber, ...owner }, isByNumber: false };
    const named = (await this.lines.ownerByPhoneNumber(phoneNumber)) ?? NO_OWNER;
    return { person: { phoneNumber, ...named }, isByNumber: true };
  }

  private async personOfToken(hint: string, client: Client): Promise<{ person: NamedPerson; isByNumber: boolean }> {
    const { ISSUER } = this.environment;
    const hinted = readIdTokenHint(hint, { audience: client.clientId, issuer: ISSUER }, this.keys);
    const verified = await this.authentications.verified(hinted.authenticationId, client.id);
    if (!verified)
      throw new Problem('unknown_user_id', 'The verification of id_token_hint is no longer kept. Send login_hint.');
    const { lineId, person } = verified;
    // Whom the line has left is named as before: the start finds nobody, and says so to nobody.
    const phoneNumber = (await this.lines.numberOf(lineId, person)) ?? person.phoneNumber;
    return { person: { ...person, phoneNumber }, isByNumber: client.mayNameByNumber || hinted.isByNumber };
  }
}

/** What the profile of CAMARA has a server ignore (Optional Parameters; Handling of acr_values). */
function withoutIgnored(parameters: BackchannelParameters, { camara }: Client): BackchannelParameters {
  if (!camara) return parameters;
  const { binding_message: _message, requested_expiry: _expiry, acr_values: _acr, ...others } = parameters;
  return others;
}

/** A signed request that is wrong: `invalid_request` by FAPI-CIBA, and by the profile of CAMARA a name of its own. */
function invalidRequestObject({ camara }: Client, detail: string): Problem {
  return new Problem('invalid_request', detail, camara ? { error: 'invalid_request_object' } : {});
}

/**
 * A client that named a number alone is told of the number alone, and not whose it is. Problems: `invalid_scope`,
 * `invalid_request`.
 */
function expectNumberOnly({ scopes, claims }: Asked): void {
  if (scopes.some((scope) => OF_THE_OWNER.includes(scope)))
    throw new Problem(
      'invalid_scope',
      'For a number alone, request the scopes openid and phone, or add the birth date and the gender digit to login_hint.',
    );
  if (claims.length > 0)
    throw new Problem(
      'invalid_request',
      'For a number alone, send no claims, or add the birth date and the gender digit.',
    );
}

/** The claims of a signed request in the form of a form's parameters. */
function textsOf(claims: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => {
      if (name === AS_NUMBER && typeof value === 'number') return [name, String(value)];
      if (name === AS_OBJECT && typeof value === 'object' && value !== null) return [name, JSON.stringify(value)];
      return [name, value];
    }),
  );
}
