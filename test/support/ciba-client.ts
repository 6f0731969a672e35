import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { exportJWK, importJWK, SignJWT, UnsecuredJWT, type CryptoKey } from 'jose';
import { DpopKey } from './dpop-key.ts';
import { TEST_PIN, type Answer, type Subscriber, type TestPerson, type TestService } from './service.ts';

/** An answer of an OAuth endpoint. */
export type OAuthAnswer = Answer;

export interface BackchannelAnswer {
  auth_req_id: string;
  expires_in: number;
  interval: number;
  pushguard_match: string;
}

const GRANT = 'urn:openid:params:grant-type:ciba';

/** A `login_hint` with the three things that a Korean window knows. */
export function hintOf({ phoneNumber, birthDate, genderDigit }: TestPerson): string {
  const e164 = phoneNumber.startsWith('+') ? phoneNumber : `+82${phoneNumber.replace(/\D/g, '').slice(1)}`;
  return `tel:${e164};x-birthdate=${birthDate};x-gender-digit=${genderDigit}`;
}

/** A client that speaks CIBA, with a key of its own. */
export class CibaClient {
  private constructor(
    private readonly service: TestService,
    readonly clientId: string,
    private readonly keys: Readonly<Record<string, KeyObject>>,
    private readonly kid: string,
    /** The key to which its tokens are bound, where it follows FAPI. */
    readonly dpop: DpopKey | undefined,
  ) {}

  /** Registers a client with keys for ES256, PS256, RS256 and EdDSA. */
  static async register(
    service: TestService,
    settings: Parameters<TestService['rows']['clients']['setCiba']>[1] = {},
    {
      scopes = ['authentications', 'openid'],
      ...other
    }: {
      scopes?: string[];
      sector?: string;
      idTokenAlg?: 'ES256' | 'RS256';
      assertionAudience?: 'endpoint';
      returnUrls?: string[];
    } = {},
  ): Promise<CibaClient> {
    const [clientId, kid] = [`ciba-${randomUUID()}`, randomUUID()];
    const [ec, rsa, ed] = [generateKeyPairSync('ec', { namedCurve: 'P-256' }), RSA, generateKeyPairSync('ed25519')];
    const keys = [
      { ...(await exportJWK(ec.publicKey)), kid },
      { ...(await exportJWK(rsa.publicKey)), kid: `${kid}-rsa` },
      { ...(await exportJWK(ed.publicKey)), kid: `${kid}-ed` },
    ];
    await service.rows.clients.register({ clientId, jwks: { keys }, scopes, authMethod: 'private_key_jwt', ...other });
    await service.rows.clients.setCiba(clientId, settings);
    return new CibaClient(
      service,
      clientId,
      { ES256: ec.privateKey, PS256: rsa.privateKey, RS256: rsa.privateKey, EdDSA: ed.privateKey },
      kid,
      settings.fapi ? await DpopKey.generate() : undefined,
    );
  }

  /** Its key of ES256 as libraries take it. */
  async key(): Promise<CryptoKey> {
    return (await importJWK(await exportJWK(this.keys['ES256']!), 'ES256')) as CryptoKey;
  }

  /** Signs a JWT with one of the keys of this client. */
  sign(claims: Record<string, unknown>, alg = 'ES256'): Promise<string> {
    if (alg === 'none') return Promise.resolve(new UnsecuredJWT(claims).encode());
    const kid = this.kid + ({ ES256: '', EdDSA: '-ed' }[alg] ?? '-rsa');
    return new SignJWT(claims).setProtectedHeader({ alg, kid }).sign(this.keys[alg]!);
  }

  /** The parameters that authenticate this client. */
  async assertion(other: Record<string, unknown> = {}, alg = 'ES256'): Promise<Record<string, string>> {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.clientId,
      sub: this.clientId,
      aud: this.service.issuer,
      iat: now,
      exp: now + 60,
      jti: randomUUID(),
      ...other,
    };
    return {
      client_id: this.clientId,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await this.sign(claims, alg),
    };
  }

  /** A signed request with these parameters. A claim that is undefined is left out. */
  request(parameters: Record<string, unknown>, claims: Record<string, unknown> = {}, alg = 'ES256'): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const envelope = {
      iss: this.clientId,
      aud: this.service.issuer,
      iat: now,
      nbf: now,
      exp: now + 300,
      jti: randomUUID(),
    };
    return this.sign({ ...envelope, ...parameters, ...claims }, alg);
  }

  async post(path: string, parameters: Record<string, string>, proof?: string): Promise<OAuthAnswer> {
    const headers = proof === undefined ? {} : { DPoP: proof };
    const body = new URLSearchParams(parameters);
    const response = await fetch(this.service.issuer + path, { method: 'POST', headers, body });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    };
  }

  /** A function that calls `/v1` with one token of the client itself. */
  async api(): Promise<(method: string, path: string, body?: object) => Promise<OAuthAnswer>> {
    const own = { ...(await this.assertion()), grant_type: 'client_credentials' };
    const token = String((await this.post('/oauth2/token', own)).body['access_token']);
    return async (method, path, body) => {
      const response = await fetch(this.service.issuer + path, {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      return {
        status: response.status,
        headers: response.headers,
        body: (await response.json()) as Record<string, unknown>,
      };
    };
  }

  /** Sends a request to authenticate somebody. */
  async begin(parameters: Record<string, string>, authentication?: Record<string, string>): Promise<OAuthAnswer> {
    return this.post('/oauth2/bc-authorize', { ...(authentication ?? (await this.assertion())), ...parameters });
  }

  /** Begins a request about a person, which has to succeed. */
  async asks(person: TestPerson, parameters: Record<string, string> = {}): Promise<BackchannelAnswer> {
    const answer = await this.begin({ scope: 'openid', login_hint: hintOf(person), ...parameters });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return answer.body as unknown as BackchannelAnswer;
  }

  /** Polls once. */
  async poll(authReqId: string, authentication?: Record<string, string>): Promise<OAuthAnswer> {
    const own = authentication ?? (await this.assertion());
    const proof = await this.dpop?.proof('POST', `${this.service.issuer}/oauth2/token`);
    return this.post('/oauth2/token', { ...own, grant_type: GRANT, auth_req_id: authReqId }, proof);
  }
}

/** One for all clients, because to make one takes long. A `kid` of its own keeps the clients apart. */
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** Types the digits and the PIN into the app. */
export async function approves({ phone }: Subscriber, match: string): Promise<void> {
  const [asked] = await phone.pending();
  await phone.approve(asked!, TEST_PIN, match);
}
