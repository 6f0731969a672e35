import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getMetadataStorage } from 'class-validator';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { AccessTokens, type Caller } from '../../src/crypto/access-token.ts';
import { generateKeyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { ServiceKeys } from '../../src/crypto/service-keys.ts';
import { camaraApiOf } from '../../src/http/camara-error.ts';
import { CAMARA_SCOPES } from '../../src/http/client.guard.ts';
import { rulesOf, wantedBy } from '../../src/http/rule-sentences.ts';
import { approves, CibaClient } from '../support/ciba-client.ts';
import { declaredRoutes } from '../support/declared-routes.ts';
import { DpopKey } from '../support/dpop-key.ts';
import { eventually } from '../support/eventually.ts';
import { Installation } from '../support/installation.ts';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { answerOf, otherThan, TestService, type Answer, type TestScope } from '../support/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

/** Sends these bytes unchanged, with a valid access token. */
async function send(
  method: string,
  path: string,
  body?: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { 'Content-Type': 'application/json' },
): Promise<Answer> {
  const response = await fetch(service.issuer + path, {
    method,
    headers: { Authorization: `Bearer ${await service.token()}`, ...(body !== undefined && headers) },
    ...(body !== undefined && { body }),
  });
  return answerOf(response);
}

const START = '/v1/authentications';
const good = JSON.stringify({ birthDate: '900101', genderDigit: '1', phoneNumber: '019-0000-0000', purpose: '가입' });
/** The valid start with additional text before its closing brace. */
const goodWith = (more: string) => good.replace(/\}$/, `,${more}}`);

describe('an address', () => {
  it.each([
    ['GET', '/nothing'],
    ['POST', '/v1'],
    ['GET', '/v1/authentications/'],
    ['DELETE', '/v2/authentications/x'],
    ['GET', '/V1/authentications/x'],
    ['GET', '/v1/authentications/x/unknown'],
  ])('an address that does not exist is 404: %s %s', async (method, path) => {
    const answer = await send(method, path);
    expect(answer.status).toBe(404);
    expectProblem(
      answer,
      404,
      answer.body['code'] === 'authentication_not_found' ? 'authentication_not_found' : 'not_found',
    );
  });

  it.each([
    ['GET', START, 'POST'],
    ['PUT', START, 'POST'],
    ['PATCH', `${START}/x`, 'DELETE, GET, HEAD'],
    ['GET', `${START}/x/verification`, 'POST'],
    ['DELETE', `${START}/x/resend`, 'POST'],
    ['GET', '/oauth2/token', 'POST'],
    ['POST', '/oauth2/jwks', 'GET, HEAD'],
    ['DELETE', '/openapi.json', 'GET, HEAD'],
    ['GET', '/app/v1/device/push-token', 'PUT'],
    ['GET', '/app/v1/devices', 'POST'],
    ['DELETE', '/app/v1/authentications', 'GET, HEAD'],
    ['GET', '/v1/windows', 'POST'],
    // Not the line whose id is `import`.
    ['PUT', '/carrier/v1/lines/import', 'POST'],
  ])('an address that exists is 405 with Allow for another method: %s %s', async (method, path, allow) => {
    const answer = await send(method, path);
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')).toBe(allow);
  });

  it('an address that cannot be read is refused with a problem, too', async () => {
    const answer = await send('GET', '/v1/authentications/%zz');
    expectProblem(answer, 400, 'invalid_request');
    expect(answer.body['detail']).not.toContain('%zz');
  });
});

describe('a body', () => {
  it('a body of JSON is accepted, which is the case that the refusals below differ from', async () => {
    expect((await send('POST', START, good)).status).toBe(201);
    expect((await send('POST', START, good, { 'Content-Type': 'application/json; charset=utf-8' })).status).toBe(201);
  });

  it('a body over 16 KiB is 413, and one of 16 KiB is read', async () => {
    const padded = (bytes: number) => good + ' '.repeat(bytes - Buffer.byteLength(good));
    expect((await send('POST', START, padded(16 * 1024))).status).toBe(201);
    expectProblem(await send('POST', START, padded(16 * 1024 + 1)), 413, 'payload_too_large');
    expectProblem(await send('POST', START, padded(17 * 1024)), 413, 'payload_too_large');
    expectProblem(await send('POST', '/oauth2/token', `a=${'x'.repeat(17 * 1024)}`, form), 413, 'payload_too_large');
  });

  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
  it.each<[string, Record<string, string>]>([
    ['plain text', { 'Content-Type': 'text/plain' }],
    ['XML', { 'Content-Type': 'application/xml' }],
    ['a form', { 'Content-Type': 'application/x-www-form-urlencoded' }],
    ['a form of parts', { 'Content-Type': 'multipart/form-data; boundary=x' }],
    ['bytes', { 'Content-Type': 'application/octet-stream' }],
    ['a merge patch', { 'Content-Type': 'application/merge-patch+json' }],
    ['a batch of events', { 'Content-Type': 'application/cloudevents-batch+json' }],
    ['no type', { 'Content-Type': '' }],
  ])('a body of %s is 415', async (_case, headers) => {
    expectProblem(await send('POST', START, good, headers), 415, 'unsupported_media_type');
  });

  it('a body of JSON is 415 at the token endpoint, where OAuth requires a form', async () => {
    const answer = await send('POST', '/oauth2/token', '{"grant_type":"client_credentials"}');
    expect({ status: answer.status, code: answer.body['code'] }).toEqual({
      status: 415,
      code: 'unsupported_media_type',
    });
  });

  it.each<[string, string, string?]>([
    ['no JSON', 'birthDate=900101'],
    ['half of a JSON', good.slice(0, -1)],
    ['two JSON objects', good + good],
    ['a JSON with a comment', `${good}//`],
    ['a JSON with a byte order mark', `\ufeff${good}`],
    ['single quotes', good.replaceAll('"', "'")],
    ['a list', `[${good}]`],
    ['null', 'null'],
    ['a text', '"x"'],
    ['a number', '1'],
    ['true', 'true'],
    ['a key twice', goodWith('"purpose":"다른 목적"'), '/purpose'],
    ['a key twice with the same value', goodWith('"purpose":"가입"'), '/purpose'],
    ['a key twice, once escaped', goodWith('"\\u0070urpose":"다른 목적"'), '/purpose'],
    ['a key twice inside', goodWith('"endUser":{"ip":"203.0.113.7","ip":"203.0.113.8"}'), '/endUser/ip'],
    [
      'a key twice in a list',
      goodWith('"transaction":[{"label":"a"},{"value":"{,","value":"]"}]'),
      '/transaction/1/value',
    ],
    ['a key twice with a slash', goodWith('"a":{"~/":[[0,1],{"x":1}],"~/":2}'), '/a/~0~1'],
    ['__proto__ twice inside', goodWith('"endUser":{"__proto__":{"x":1},"__proto__":{"x":2}}'), '/endUser/__proto__'],
    ['nine levels', goodWith(`"x":${'['.repeat(9)}${']'.repeat(9)}`)],
    ['seven thousand levels', goodWith(`"x":${'['.repeat(7000)}${']'.repeat(7000)}`)],
  ])('a body that contains %s is 400, and the error names the place', async (_case, body, pointer = '') => {
    expectFaults(await send('POST', START, body), pointer);
  });

  it.each([
    ['__proto__', '"__proto__":{"purpose":"x"}', '/__proto__'],
    ['__proto__ escaped', '"\\u005f_proto__":{"x":1}', '/__proto__'],
    ['__proto__ in a list', '"transaction":[{"__proto__":{"x":1}}]', '/transaction/0/__proto__'],
  ])('a body that contains %s is 400, and the error names the field', async (_case, member, pointer) => {
    expectFaults(await send('POST', START, goodWith(member)), pointer);
  });

  it('a body whose text contains colons, quotes and backslashes is not mistaken for one with a duplicate key', async () => {
    const userAgent = 'a: "b": \\ {"c":1,"c":2} \\"';
    const body = goodWith(`"endUser":${JSON.stringify({ userAgent })}`);
    expect((await send('POST', START, body)).status).toBe(201);
  });

  it('a body that is missing is 400, and the error names the missing fields', async () => {
    for (const body of [undefined, '', '{}']) {
      expectProblem(await send('POST', START, body), 400, 'invalid_request', { errors: expect.any(Array) });
    }
  });

  it('a body that is missing is accepted where none is needed', async () => {
    const { id } = (await send('POST', START, good)).body;
    await service.rows.authentications.rewindSending(id as string, 30);
    expect((await send('POST', `${START}/${id as string}/resend`, '')).status).toBe(202);
    expect((await send('DELETE', `${START}/${id as string}`, '')).status).toBe(204);
  });
});

/** A rule as class-validator keeps it. */
interface DeclaredRule {
  name?: string;
  type: string;
  propertyName: string;
  message?: unknown;
}

describe('a fault of the input', () => {
  const carrier = { scope: 'carrier' } as const;
  const operator = { scope: 'operator', headers: { 'Audit-Reason': 'test' } } as const;
  const line = {
    phoneNumber: '010-1234-5678',
    carrier: 'x'.repeat(41),
    status: 'asleep',
    holder: 'self',
    owner: 'x',
    plan: 'm2m',
    handset: { os: 5, osVersion: '\n', formFactor: 'phone' },
  };
  const SEEN = `${START}/${randomUUID()}?wait=`;
  const DATE = 'a text of six digits in the form YYMMDD';
  const NUMBER = 'a Korean mobile number, such as 010-1234-5678, or in E.164';

  it.each<[string, () => Promise<Answer>, Record<string, string>]>([
    [
      'of a start, all at once',
      () => service.call('POST', START, { birthDate: 'x', genderDigit: '9x', phoneNumber: 'abc', purpose: '\n' }),
      {
        '/birthDate': DATE,
        '/genderDigit': 'a text of one digit',
        '/phoneNumber': NUMBER,
        '/purpose': 'one line of visible text of 1 to 40 characters',
      },
    ],
    [
      'of a start with numbers and a day that does not exist',
      () =>
        service.call('POST', START, { birthDate: '900230', genderDigit: '1', phoneNumber: 821012345678, purpose: 5 }),
      {
        '/birthDate': 'a valid date (YYMMDD), not in the future, in the century given by genderDigit',
        '/phoneNumber': NUMBER,
        '/purpose': 'one line of visible text of 1 to 40 characters',
      },
    ],
    ...['abc', '31', '-1', '1.5', '1&wait=2', ''].map(
      (wait): [string, () => Promise<Answer>, Record<string, string>] => [
        `of wait=${wait}`,
        () => service.call('GET', SEEN + wait),
        { '/wait': 'a whole number from 0 to 30' },
      ],
    ),
    [
      'of a line',
      () => service.call('PUT', '/carrier/v1/lines/some', line, carrier),
      {
        '/carrier': 'one line of visible text of 1 to 40 characters',
        '/status': 'one of active, suspended, terminated',
        '/owner': 'a JSON object',
        '/handset/os': 'one line of visible text of 1 to 40 characters',
        '/handset/osVersion': 'one line of visible text of 1 to 40 characters',
      },
    ],
    [
      'of a subscription by an operator',
      () => service.call('POST', '/operator/v1/subscriptions', { phoneNumber: '', reason: '' }, operator),
      { '/phoneNumber': NUMBER, '/reason': 'one line of visible text of 1 to 200 characters' },
    ],
    [
      'of a webhook endpoint',
      () => service.call('POST', '/v1/webhook-endpoints', { url: 5, types: [] }),
      { '/url': 'text of 1 to 10000 characters', '/types': 'a list of 1 to 32 different values' },
    ],
    [
      'of the hours of a former secret',
      () => service.call('POST', `/v1/webhook-endpoints/${randomUUID()}/secret/rotate`, { gracePeriodHours: '5' }),
      { '/gracePeriodHours': 'a whole number from 0 to 168' },
    ],
    [
      'of the log of events',
      () => service.call('GET', '/v1/webhook-events?limit=0&since=today'),
      {
        '/limit': 'a whole number from 1 to 500',
        '/since': 'an instant in the form of RFC 3339, such as 2026-11-28T03:04:05Z',
      },
    ],
  ])('a fault %s is said in one sentence for each place', async (_case, ask, wanted) => {
    const answer = await ask();
    expectFaults(answer, ...Object.keys(wanted));
    expect(answer.body['errors']).toEqual(
      expect.arrayContaining(
        Object.entries(wanted).map(([pointer, what]) => ({
          pointer,
          detail: `Send ${pointer.split('/').at(-1)} as ${what}.`,
        })),
      ),
    );
    expect(answer.body['errors']).toHaveLength(Object.keys(wanted).length);
  });

  it('a fault of an entry of a list is said of the list or of the entry, by its place', async () => {
    const { body } = await service.call('POST', START, { ...JSON.parse(good), transaction: [5, [], {}] });
    expect(body['errors']).toEqual([
      { pointer: '/transaction', detail: 'Send each value of transaction as a JSON object.' },
      { pointer: '/transaction/0', detail: 'Send this as a JSON object.' },
      { pointer: '/transaction/2/label', detail: 'Send label.' },
      { pointer: '/transaction/2/value', detail: 'Send value.' },
    ]);
  });

  it('members that do not fit the method of a start are named together', async () => {
    const method = { method: 'otp', match: true, transaction: [{ label: '금액', value: '1원' }] };
    expectFaults(await service.call('POST', START, { ...JSON.parse(good), ...method }), '/transaction', '/match');
  });

  it('what belongs to the log of events is named together in a question for their feed', async () => {
    const span = 'since=2026-11-28T03:04:05Z&until=2026-11-28T03:04:06Z&cursor=x';
    expectFaults(await service.call('GET', `/v1/webhook-events?after=&${span}`), '/since', '/until', '/cursor');
  });

  it('each rule of each input has a sentence of this service, and texts that have a form have one form', async () => {
    for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.dto.ts')) await import(`../../src/${file}`);
    const { validationMetadatas: declared } = getMetadataStorage() as unknown as {
      validationMetadatas: Map<{ name: string; prototype: object }, DeclaredRule[]>;
    };
    const found = [...declared].flatMap(([shape, rules]) =>
      rules.flatMap(({ name, type, propertyName, message }) => {
        const rule = name ?? type;
        const all = rulesOf(shape.prototype, propertyName);
        const at = `${shape.name}.${propertyName} ${rule}`;
        if (type === 'conditionalValidation') return [];
        if (wantedBy(rule, all) === undefined) return [`${at}: no sentence`];
        if (rule === 'matches' && typeof message !== 'string') return [`${at}: a form that no message describes`];
        if (rule === 'matches' && all.get(rule)?.message !== message) return [`${at}: two forms`];
        if (rule === 'isLength' && !all.has('isString')) return [`${at}: a length of what may be no text`];
        return [];
      }),
    );
    expect(found).toEqual([]);
    expect(declared.size).toBeGreaterThan(50);
  });
});

describe('a parameter of the query that an operation does not know', () => {
  const JSON_API = /^\/(?:(?:operator|carrier)\/)?v1\//;
  /** Operations that take some parameters: only after its caller is known, the others are refused. */
  const TAKES_SOME: Record<string, [path: string, scope: TestScope]> = {
    'GET /v1/authentications/:id': [`${START}/${randomUUID()}?wait=0`, 'authentications'],
    'GET /v1/webhook-events': ['/v1/webhook-events?limit=1', 'authentications'],
    'GET /operator/v1/eligibility': ['/operator/v1/eligibility?phoneNumber=01000000000', 'operator'],
    'GET /operator/v1/subscriptions': ['/operator/v1/subscriptions?phoneNumber=01000000000', 'operator'],
    'GET /operator/v1/charges': ['/operator/v1/charges?month=2026-01', 'operator'],
    'POST /carrier/v1/lines/import': ['/carrier/v1/lines/import?dryRun=true', 'carrier'],
  };

  it('it is refused by every operation of the JSON APIs, and the error names it', async () => {
    const routes = declaredRoutes().filter(({ route }) => JSON_API.test(route.split(' ')[1] ?? ''));
    expect(routes.length).toBeGreaterThan(45);
    const known = routes.map(({ route }) => route).filter((route) => !(route in TAKES_SOME));
    const answers = await Promise.all(
      known.map(async (route) => {
        const [method = '', path = ''] = route.split(' ');
        const asked = `${service.issuer}${path.replaceAll(/:\w+/g, randomUUID())}?colour=blue&a/b=1`;
        const answer = await fetch(asked, { method });
        const { errors } = (await answer.json()) as { errors?: { pointer: string }[] };
        return [route, answer.status, errors?.map(({ pointer }) => pointer)];
      }),
    );
    expect(answers).toEqual(known.map((route) => [route, 400, ['/colour', '/a~1b']]));
  });

  it.each(Object.entries(TAKES_SOME))('it is refused beside those that are known: %s', async (route, [path, scope]) => {
    const headers = { 'Audit-Reason': 'test' };
    const [method = ''] = route.split(' ');
    expectFaults(await service.call(method, `${path}&colour=blue`, undefined, { scope, headers }), '/colour');
  });

  it('it is refused with HEAD as with GET', async () => {
    const path = `${service.issuer}/operator/v1/overview`;
    const headers = { Authorization: `Bearer ${await service.token('operator')}`, 'Audit-Reason': 'test' };
    for (const method of ['GET', 'HEAD'])
      for (const [query, status] of [
        ['', 200],
        ['?limit=5', 400],
      ] as const)
        expect([method, query, (await fetch(path + query, { method, headers })).status]).toEqual([
          method,
          query,
          status,
        ]);
  });

  it.each([
    '/?utm_source=letter',
    '/terms?colour=blue',
    '/openapi.json?colour=blue',
    '/health/live?probe=1',
    '/oauth2/jwks?colour=blue',
    '/.well-known/openid-configuration?colour=blue',
    '/developers?colour=blue',
  ])('it is ignored at pages, documents and probes: %s', async (path) => {
    expect((await fetch(service.issuer + path)).status).toBe(200);
  });

  it('it is ignored at the endpoints of OAuth', async () => {
    const answer = await fetch(`${service.issuer}/oauth2/token?colour=blue`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        Authorization: `Basic ${Buffer.from('demo-shop:wrong').toString('base64')}`,
      },
      body: 'grant_type=client_credentials&colour=blue',
    });
    expect(answer.status).toBe(401);
  });
});

describe('every refusal', () => {
  it.each<[string, number, () => Promise<Answer>]>([
    ['RP API without a token', 401, async () => bare('POST', START)],
    ['operator API without a token', 401, async () => bare('POST', '/operator/v1/subscriptions')],
    ['app API without a proof', 401, async () => bare('GET', '/app/v1/authentications')],
    ['app API with a bearer token', 401, async () => send('GET', '/app/v1/history')],
    ['scope', 403, async () => service.call('GET', `${START}/x`, undefined, { scope: 'carrier' })],
    ['unknown id', 404, async () => send('GET', `${START}/${randomUUID()}`)],
  ])('every refusal is a problem document: %s %i', async (_case, status, ask) => {
    const answer = await ask();
    const code = answer.body['code'] as string;
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.body).toMatchObject({
      type: `urn:pushguard:problem:${code}`,
      title: expect.stringMatching(/\S/),
      status,
      detail: expect.stringMatching(/\S/),
      help: `${service.issuer}/developers/errors#${code}`,
    });
    if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^\w/);
  });

  const bare = async (method: string, path: string): Promise<Answer> =>
    answerOf(await fetch(service.issuer + path, { method }));
  it('every refusal repeats nothing of what was sent', async () => {
    const marks = ['9999991', '01099998888', 'geheim', 'u0000'];
    const bodies = [
      { birthDate: '9999991', genderDigit: 'geheim', phoneNumber: '01099998888geheim', purpose: 'geheim\n' },
      { birthDate: '900230', genderDigit: '1', phoneNumber: '0109999888', purpose: '가입' },
      { code: '9999991' },
    ];
    for (const body of bodies) {
      for (const path of [START, '/v1/windows', `${START}/${randomUUID()}/verification`]) {
        const { status, body: answer } = await send('POST', path, JSON.stringify(body));
        expect(status).toBeGreaterThanOrEqual(400);
        for (const mark of marks) expect(JSON.stringify(answer)).not.toContain(mark);
      }
    }
  });
});

/** An operation of a network API: its scope, a body about a number of no line, and what the two kinds of tokens get. */
interface NetworkDoor {
  scope: string;
  body?: object;
  /** The status, with the code of a refusal, for the client's own token. */
  ofClient: string;
  /** The same for a token that stands for a person, sent with the same body. */
  ofPerson: string;
  /** The same for the client's own token without a number. */
  withoutNumber?: string;
}

const SECRET = 'a-secret-of-the-doors';
const nobody = { phoneNumber: '+821000000008' };
/** What an operation about a line answers to each kind of token. */
const aboutLine = (scope: string, body: object = nobody): NetworkDoor => ({
  scope,
  body,
  ofClient: '404 IDENTIFIER_NOT_FOUND',
  ofPerson: '422 UNNECESSARY_IDENTIFIER',
  withoutNumber: '422 MISSING_IDENTIFIER',
});
const OTP = 'one-time-password-sms:send-validate';
const OWN_TOKEN_ALONE = { scope: OTP, ofPerson: '403 INVALID_TOKEN_CONTEXT' };
const NOT_BY_NETWORK = '403 NUMBER_VERIFICATION.USER_NOT_AUTHENTICATED_BY_MOBILE_NETWORK';
const BY_NETWORK = { ofClient: NOT_BY_NETWORK, ofPerson: NOT_BY_NETWORK };
const SWAPS = 'sim-swap-subscriptions';
const UNKNOWN_ID = { ofClient: '404 NOT_FOUND', ofPerson: '404 NOT_FOUND' };

/** Every operation of the network APIs. */
const NETWORK_DOORS: Record<string, NetworkDoor> = {
  'POST /one-time-password-sms/v1/send-code': {
    ...OWN_TOKEN_ALONE,
    body: { ...nobody, message: '{{code}} 확인' },
    ofClient: '200',
    withoutNumber: '400 INVALID_ARGUMENT',
  },
  'POST /one-time-password-sms/v1/validate-code': {
    ...OWN_TOKEN_ALONE,
    body: { authenticationId: randomUUID(), code: '123456' },
    ofClient: '404 NOT_FOUND',
  },
  'POST /sim-swap/v2/check': aboutLine('sim-swap:check'),
  'POST /sim-swap/v2/retrieve-date': aboutLine('sim-swap:retrieve-date'),
  'POST /device-swap/v1/check': aboutLine('device-swap:check'),
  'POST /device-swap/v1/retrieve-date': aboutLine('device-swap:retrieve-date'),
  'POST /kyc-age-verification/v0.2/verify': aboutLine('kyc-age-verification:verify', { ...nobody, ageThreshold: 19 }),
  'POST /kyc-match/v0.4/match': {
    ...aboutLine('kyc-match:match', { ...nobody, name: '홍길동' }),
    ofPerson: '403 INVALID_TOKEN_CONTEXT',
  },
  'POST /number-verification/v2/verify': { ...BY_NETWORK, scope: 'number-verification:verify', body: nobody },
  'GET /number-verification/v2/device-phone-number': {
    ...BY_NETWORK,
    scope: 'number-verification:device-phone-number:read',
  },
  [`POST /${SWAPS}/v0.3/subscriptions`]: {
    ...aboutLine(`${SWAPS}:org.camaraproject.sim-swap-subscriptions.v0.swapped:create`, {
      protocol: 'HTTP',
      sink: 'https://bank.example/swaps',
      types: ['org.camaraproject.sim-swap-subscriptions.v0.swapped'],
      config: { subscriptionDetail: nobody },
    }),
  },
  [`GET /${SWAPS}/v0.3/subscriptions`]: { scope: `${SWAPS}:read`, ofClient: '200', ofPerson: '200' },
  [`GET /${SWAPS}/v0.3/subscriptions/:subscriptionId`]: { ...UNKNOWN_ID, scope: `${SWAPS}:read` },
  [`DELETE /${SWAPS}/v0.3/subscriptions/:subscriptionId`]: { ...UNKNOWN_ID, scope: `${SWAPS}:delete` },
};

/** Where a token of a person is presented beside them. */
const PERSON_DOORS = ['GET /oauth2/userinfo', 'POST /oauth2/userinfo'];

/** Where a client authenticates, with parameters of which nothing is wrong. */
const CLIENT_DOORS: Record<string, Record<string, string>> = {
  'POST /oauth2/token': { grant_type: 'client_credentials' },
  'POST /oauth2/par': {
    response_type: 'code',
    redirect_uri: 'https://shop.example/callback',
    scope: 'openid',
    nonce: 'n',
  },
  'POST /oauth2/bc-authorize': {
    scope: 'openid',
    login_hint: `tel:${nobody.phoneNumber};x-birthdate=900101;x-gender-digit=1`,
  },
  'POST /oauth2/revoke': { token: 'any' },
  'POST /oauth2/introspect': { token: 'any' },
};

/** Where a browser comes, and what everybody may read: no token is looked at. The status without anything else. */
const OPEN_DOORS: Record<string, number> = {
  'GET /oauth2/authorize': 400,
  'POST /oauth2/authorize': 400,
  'GET /oauth2/resume/:id': 400,
  'GET /oauth2/jwks': 200,
  'GET /.well-known/oauth-authorization-server': 200,
  'GET /.well-known/openid-configuration': 200,
};

describe('who may use OpenID Connect, CIBA and the network APIs', () => {
  const DPOP = 'DPoP realm="pushguard", algs="ES256 PS256 EdDSA Ed25519"';
  const BEARER = 'Bearer realm="pushguard"';
  const everyScope = ['authentications', ...CAMARA_SCOPES];
  let client: CibaClient;
  let callerOf: (scopes: readonly string[], more?: Partial<Caller>) => Caller;
  /** The `Authorization` of each kind of token. */
  let own: string;
  let ofPerson: string;
  let revoked: string;
  let bound: string;
  let disabled: string;
  /** The `authentication` for which the token of the person stands. */
  let person: NonNullable<Caller['person']>;

  const issued = (caller: Caller, now = new Date(), keys = service.keys) =>
    `Bearer ${new AccessTokens(service.issuer, keys.signing).issue(caller, now)}`;

  /** A token that stands for a new subscriber who approved. */
  async function approved(): Promise<string> {
    const subscriber = await service.subscriber();
    const scope = `openid dpv:FraudPreventionAndDetection ${CAMARA_SCOPES.join(' ')}`;
    const asked = await client.asks(subscriber.person, { scope });
    await approves(subscriber, asked.pushguard_match);
    return `Bearer ${String((await client.poll(asked.auth_req_id)).body['access_token'])}`;
  }

  const claimsIn = (authorization: string) =>
    JSON.parse(Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString()) as Record<string, string>;

  beforeAll(async () => {
    client = await CibaClient.register(service, {}, { scopes: ['openid', ...everyScope] });
    const id = await service.rows.clients.idOf(client.clientId);
    callerOf = (scopes, more = {}) => ({ id, clientId: client.clientId, scopes, ...more });
    own = issued(callerOf(everyScope));
    ofPerson = await approved();
    const { authentication = '', sub = '' } = claimsIn(ofPerson);
    person = { authenticationId: authentication, subject: sub };
    revoked = await approved();
    const ending = { ...(await client.assertion()), token: revoked.split(' ')[1] ?? '' };
    expect((await ask('POST /oauth2/revoke', undefined, new URLSearchParams(ending))).status).toBe(200);
    const key = await DpopKey.generate();
    const form = { ...(await client.assertion()), grant_type: 'client_credentials', scope: everyScope.join(' ') };
    const answer = await client.post('/oauth2/token', form, await key.proof('POST', `${service.issuer}/oauth2/token`));
    bound = String(answer.body['access_token']);
    const ended = `ended-${randomUUID()}`;
    const endedId = await service.rows.clients.register({ clientId: ended, secret: SECRET, scopes: everyScope });
    disabled = issued({ id: endedId, clientId: ended, scopes: everyScope });
    await service.rows.clients.disable(endedId);
    // The service looks once a second for disabled clients.
    const path = `/v1/authentications/${randomUUID()}`;
    await eventually('the end of its tokens', async () => (await ask(`GET ${path}`, disabled)).status === 401);
    await service.rows.clients.register({
      clientId: 'door-shop',
      secret: SECRET,
      returnUrls: ['https://shop.example/callback'],
    });
    await service.rows.clients.register({
      clientId: 'door-carrier',
      secret: SECRET,
      scopes: ['carrier'],
      returnUrls: ['https://shop.example/callback'],
    });
  });

  /** Sends a request to a route, with an id that nothing has where it names one. */
  async function ask(
    route: string,
    authorization: string | undefined,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const [method, path = ''] = route.split(' ');
    const response = await fetch(service.issuer + path.replace(/:\w+/, randomUUID()), {
      method: method!,
      headers: {
        ...(authorization !== undefined && { Authorization: authorization }),
        ...(body && !(body instanceof URLSearchParams) && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: body instanceof URLSearchParams ? body : JSON.stringify(body) }),
    });
    return answerOf(response);
  }

  it('every route of them has a row below, and every row a route', () => {
    const rooms = ['openid', 'camara', 'relying-parties'];
    const declared = declaredRoutes().filter(({ room, route }) => {
      const path = route.split(' ')[1] ?? '';
      return rooms.includes(room) || path.startsWith('/oauth2/') || camaraApiOf(path) !== undefined;
    });
    const rows = [NETWORK_DOORS, CLIENT_DOORS, OPEN_DOORS].flatMap((doors) => Object.keys(doors));
    expect(declared.map(({ route }) => route).sort()).toEqual([...rows, ...PERSON_DOORS].sort());
  });

  /** Tokens that no route takes, and the challenge that answers each. */
  const WORTHLESS: [string, () => string | undefined, string][] = [
    ['no token', () => undefined, BEARER],
    ['a garbled token', () => `${own}x`, `${BEARER}, error="invalid_token"`],
    [
      'an expired token',
      () => issued(callerOf(['openid', ...everyScope], { person }), new Date(Date.now() - 301_000)),
      `${BEARER}, error="invalid_token"`,
    ],
    [
      'a token of another service',
      () => issued(callerOf(everyScope), new Date(), new ServiceKeys(parseKeyring(generateKeyring()))),
      `${BEARER}, error="invalid_token"`,
    ],
    ['a revoked token', () => revoked, `${BEARER}, error="invalid_token"`],
    ['a token of a disabled client', () => disabled, `${BEARER}, error="invalid_token"`],
    ['a bound token as bearer', () => `Bearer ${bound}`, `${DPOP}, error="invalid_token"`],
    ['a bound token without its proof', () => `DPoP ${bound}`, `${DPOP}, error="invalid_dpop_proof"`],
  ];

  /** Expects a refusal with this challenge that repeats neither the token nor what was sent with it. */
  function expectRefused(answer: Answer, status: number, challenge: string | null, sent: string | undefined): void {
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([status, challenge]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.getSetCookie()).toEqual([]);
    const text = JSON.stringify(answer.body);
    for (const mark of [nobody.phoneNumber.slice(3), sent?.split(' ')[1] ?? 'no token'])
      expect(text).not.toContain(mark);
  }

  /** Expects ErrorInfo and nothing beside it. */
  function expectErrorInfo(answer: Answer, code: string): void {
    const { status } = answer;
    expect(answer.body).toEqual({ status, code, message: expect.stringMatching(/^.{10,512}$/) });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('x-correlator')).toMatch(/^[0-9a-f-]{36}$/);
  }

  const outcomeOf = ({ status, body }: Answer) => [status, body['code'] as string | undefined].join(' ').trim();

  describe.each(Object.entries(NETWORK_DOORS))('%s', (route, door) => {
    it.each(WORTHLESS)(`${route} refuses %s`, async (_case, token, challenge) => {
      const sent = token();
      const answer = await ask(route, sent, door.body);
      expectRefused(answer, 401, challenge, sent);
      expectErrorInfo(answer, 'UNAUTHENTICATED');
    });

    it(`${route} refuses tokens of a client and of a person that cover every other operation, and those of test mode`, async () => {
      const family = door.scope.split(':')[0]!;
      const others = ['openid', ...everyScope].filter((one) => one !== door.scope && one !== family);
      const challenge = `${BEARER}, error="insufficient_scope", scope="${door.scope}"`;
      for (const [caller, expected] of [
        [callerOf(others), challenge],
        [callerOf(others, { person }), challenge],
        [callerOf([door.scope], { test: true }), null],
      ] as const) {
        const sent = issued(caller);
        const answer = await ask(route, sent, door.body);
        expectRefused(answer, 403, expected, sent);
        expectErrorInfo(answer, 'PERMISSION_DENIED');
      }
    });

    it(`${route} refuses a parameter of the query that it does not know`, async () => {
      const answer = await ask(`${route}?colour=blue`, own, door.body);
      expectErrorInfo(answer, 'INVALID_ARGUMENT');
      expect(answer.body['message']).toContain('/colour: ');
    });

    it(`${route} answers the token of a client and that of a person each in its own way`, async () => {
      const ofNobody = (body: object) =>
        'config' in body ? { ...body, config: { subscriptionDetail: {} } } : { ...body, phoneNumber: undefined };
      expect(outcomeOf(await ask(route, own, door.body))).toBe(door.ofClient);
      expect(outcomeOf(await ask(route, ofPerson, door.body))).toBe(door.ofPerson);
      if (door.body && door.withoutNumber !== undefined)
        expect(outcomeOf(await ask(route, own, ofNobody(door.body)))).toBe(door.withoutNumber);
    });
  });

  describe.each(PERSON_DOORS)('%s', (route) => {
    it.each(WORTHLESS)(`${route} refuses %s`, async (_case, token, challenge) => {
      const sent = token();
      const answer = await ask(route, sent);
      expectRefused(answer, 401, challenge, sent);
      const error = challenge.endsWith('"invalid_dpop_proof"') ? 'invalid_dpop_proof' : 'invalid_token';
      expect(answer.body).toMatchObject({ error, error_description: expect.stringMatching(/\S/) });
    });

    it(`${route} refuses a client’s own token, one of a person without openid, and one of a person at another client`, async () => {
      const withPerson = issued(callerOf(everyScope, { person }));
      for (const sent of [own, withPerson, issued(callerOf(everyScope, { test: true }))]) {
        const answer = await ask(route, sent);
        expectRefused(answer, 403, `${BEARER}, error="insufficient_scope", scope="openid"`, sent);
        expect(answer.body).toMatchObject({ error: 'insufficient_scope' });
      }
      const id = await service.rows.clients.idOf('door-shop');
      const foreign = issued({ id, clientId: 'door-shop', scopes: ['openid'], person });
      expectRefused(await ask(route, foreign), 401, `${BEARER}, error="invalid_token"`, foreign);
      expect(await ask(route, ofPerson)).toMatchObject({ status: 200, body: { sub: person.subject } });
    });
  });

  describe.each(Object.entries(CLIENT_DOORS))('%s', (route, parameters) => {
    const basic = (id: string, secret: string) => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
    const CHALLENGE = 'Basic realm="pushguard"';

    it.each<[string, () => string | undefined, Record<string, string>, string | null]>([
      ['no credentials', () => undefined, {}, null],
      ['an access token in their place', () => own, {}, CHALLENGE],
      ['a wrong secret in the form', () => undefined, { client_id: 'door-shop', client_secret: 'wrong' }, null],
      ['a wrong secret in the header', () => basic('door-shop', 'wrong'), {}, CHALLENGE],
      ['the name of another client', () => basic('door-shop', SECRET), { client_id: 'door-carrier' }, CHALLENGE],
      ['the name of a client alone', () => undefined, { client_id: 'door-shop' }, null],
    ])(`${route} refuses %s`, async (_case, authorization, credentials, challenge) => {
      const sent = authorization();
      const answer = await ask(route, sent, new URLSearchParams({ ...parameters, ...credentials }));
      expectRefused(answer, 401, challenge, sent);
      expect(answer.body).toMatchObject({ error: 'invalid_client', error_description: expect.stringMatching(/\S/) });
    });

    it(`${route} serves a client that authenticates, and refuses what it was not granted`, async () => {
      const as = (id: string, more: Record<string, string> = {}) =>
        ask(route, basic(id, SECRET), new URLSearchParams({ ...parameters, ...more }));
      expect((await as('door-shop')).status).toBe(route.endsWith('/par') ? 201 : 200);
      const refused = await as('door-carrier', { scope: 'openid' });
      const expected: Record<string, [number, string | undefined]> = {
        'POST /oauth2/token': [400, 'invalid_scope'],
        'POST /oauth2/par': [400, 'unauthorized_client'],
        'POST /oauth2/bc-authorize': [400, 'unauthorized_client'],
      };
      // What a client may ask about a token is about its own tokens: any other is unknown.
      expect([refused.status, refused.body['error']]).toEqual(expected[route] ?? [200, undefined]);
    });
  });

  it('a client learns nothing of another’s token, and revokes none', async () => {
    const as = (path: string) =>
      ask(
        `POST /oauth2/${path}`,
        undefined,
        new URLSearchParams({ client_id: 'door-shop', client_secret: SECRET, token: ofPerson.split(' ')[1] ?? '' }),
      );
    expect((await as('introspect')).body).toEqual({ active: false });
    expect((await as('revoke')).status).toBe(200);
    expect((await ask('GET /oauth2/userinfo', ofPerson)).status).toBe(200);
  });

  it.each(Object.entries(OPEN_DOORS))('%s answers alike with and without a token', async (route, status) => {
    for (const authorization of [undefined, 'Bearer x.y.z', own, ofPerson]) {
      const [method, path = ''] = route.split(' ');
      const response = await fetch(service.issuer + path.replace(/:\w+$/, randomUUID()), {
        method: method!,
        headers: { ...(authorization !== undefined && { Authorization: authorization }) },
        redirect: 'manual',
      });
      expect([response.status, response.headers.get('www-authenticate'), response.headers.getSetCookie()]).toEqual([
        status,
        null,
        [],
      ]);
    }
  });
});

describe('operations', () => {
  it('operations see on the management port that the process is alive and ready, and its metrics', async () => {
    const { management } = service.process.announcement;
    for (const path of ['/health/live', '/health/ready']) {
      const response = await fetch(management + path);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ status: 'up' });
    }
    await send('GET', `${START}/${randomUUID()}`);
    const metrics = await fetch(`${management}/metrics`);
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await metrics.text();
    expect(text).toContain('route="/v1/authentications/:id",status="404"');
    expect(text).toMatch(/^process_cpu_seconds_total /m);
    const [groups, statements] = ['commits', 'statements'].map((name) =>
      Number(new RegExp(`^pushguard_shared_${name}_total (\\d+)$`, 'm').exec(text)?.[1]),
    );
    expect(groups).toBeGreaterThan(0);
    expect(statements).toBeGreaterThanOrEqual(groups ?? NaN);
    expect((await fetch(`${management}/unknown`)).status).toBe(404);
  });

  it('operations find health on the API’s own port, and no metrics', async () => {
    for (const path of ['/health/live', '/health/ready']) {
      expect(await (await fetch(service.issuer + path)).json()).toEqual({ status: 'up' });
    }
    expect((await fetch(`${service.issuer}/metrics`)).status).toBe(404);
  });

  it('reading the OpenAPI document leaves the default language of pages as it was', async () => {
    const language = async () => /<html lang="(\w+)"/.exec(await (await fetch(`${service.issuer}/`)).text())?.[1];
    const before = await language();
    await send('GET', '/openapi.json');
    expect([before, await language()]).toEqual(['ko', 'ko']);
  });

  it('operations can read the contract as OpenAPI 3.1 at /openapi.json', async () => {
    const { status, body } = await send('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(body['openapi']).toMatch(/^3\.1\./);
    const paths = body['paths'] as Record<string, Record<string, unknown>>;
    for (const [path, ...methods] of [
      ['/oauth2/token', 'post'],
      ['/v1/authentications', 'post'],
      ['/v1/authentications/{id}', 'get', 'delete'],
      ['/v1/authentications/{id}/verification', 'post'],
      ['/v1/authentications/{id}/resend', 'post'],
      ['/v1/windows', 'post'],
      ['/v1/windows/{id}', 'get'],
      ['/app/v1/devices', 'post'],
      ['/app/v1/device/test', 'post'],
      ['/app/v1/device/envelope', 'get'],
      ['/app/v1/device/push-token', 'put'],
      ['/app/v1/authentications', 'get'],
      ['/app/v1/authentications/{id}/open', 'post'],
      ['/app/v1/authentications/{id}/approve', 'post'],
      ['/app/v1/authentications/{id}/envelope', 'get'],
      ['/app/v1/authentications/{id}/decline', 'post'],
      ['/app/v1/history', 'get'],
    ] as const) {
      expect([path, Object.keys(paths[path] ?? {}).sort()]).toEqual([path, [...methods].sort()]);
    }
  });
});

describe('a connection', () => {
  it('a connection with headers that are too large is closed, and the service keeps running', async () => {
    const { hostname, port } = new URL(service.issuer);
    const status = await new Promise<number | undefined>((resolve) => {
      const headers = { 'Device-Proof': 'x'.repeat(64 * 1024) };
      const request = httpRequest({ hostname, port, path: '/app/v1/history', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', () => resolve(undefined));
      request.end();
    });
    expect(status).toBe(431);
    expect((await fetch(`${service.issuer}/health/live`)).status).toBe(200);
  });
});

it('no answer, metric or log line contains a code, a phone number or a birth date that it does not need', async () => {
  const answers: string[] = [];
  const secrets = new Set<string>();
  const note = (answer: { body: unknown }) => answers.push(JSON.stringify(answer.body));
  const keep = (number: string, birthDate: string) => {
    secrets.add(number.slice(3));
    secrets.add(birthDate);
  };

  // A subscriber whose push platform fails in every way, with wrong codes and PINs.
  const subscriber = await service.subscriber();
  keep(subscriber.person.phoneNumber, '900101');
  service.fcm.answer(subscriber.pushToken, 'INVALID_ARGUMENT', 'INTERNAL', 'RESET', 'RESET', 'UNREGISTERED');
  const { id } = (await service.start(subscriber.person)).body;
  const code = await service.codeOf(subscriber, id);
  secrets.add(code);
  note(await service.verify(id, otherThan(code)));
  const installation = await Installation.of(subscriber.phone);
  note(await installation.send('GET', '/app/v1/authentications'));
  note(await installation.send('GET', '/app/v1/history'));
  note(await installation.send('GET', '/app/v1/history', undefined, { proof: 'garbage' }));
  note(await service.call('GET', `${START}/${id}`));

  // A person who gets the code by SMS, from a message centre that fails.
  const person = await service.addLine({ owner: { birthDate: '660606', genderDigit: '2' } });
  keep(person.phoneNumber, '660606');
  service.smsc.answer(person.phoneNumber, 'ESME_RINVDSTADR');
  const refused = await service.start(person);
  note(refused);
  await service.rows.deliveries.untilDone(refused.body.id);
  const { id: texted } = (await service.start(person)).body;
  const sent = await service.textedCode(person.phoneNumber);
  secrets.add(sent);
  note(await service.verify(texted, otherThan(sent)));
  note(await service.call('GET', `${START}/${texted}`));
  for (let starts = 3; starts <= 6; starts += 1) note(await service.start(person));
  note(
    await service.call(
      'POST',
      '/operator/v1/subscriptions',
      { phoneNumber: person.phoneNumber, reason: '가입 신청' },
      { scope: 'carrier' },
    ),
  );
  note(
    await service.call(
      'POST',
      '/operator/v1/subscriptions',
      { phoneNumber: '01099990000', reason: '가입 신청' },
      { scope: 'operator' },
    ),
  );

  const metrics = await (await fetch(`${service.process.announcement.management}/metrics`)).text();
  const log = service.process.log();
  expect(log).toContain('was rejected');
  for (const secret of secrets) {
    // Six digits may occur by chance inside an id or a measured time, but not on their own.
    const alone = new RegExp(`(?<![\\d.a-f-])${secret}(?![\\d.a-f-])`);
    expect(log).not.toMatch(alone);
    expect(metrics).not.toMatch(alone);
    for (const answer of answers) expect(answer).not.toMatch(alone);
  }
});
