import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { expectFaults, expectProblem } from '../support/problem.ts';
import { answerOf, TestService, type Answer, type TestScope } from '../support/service.ts';
import { signedBy, smartOtp, startSigning, TRANSFER, BANK } from '../support/authenticators.ts';

let service: TestService;

beforeAll(async () => {
  service = await TestService.start();
});
afterAll(async () => {
  await service.stop();
});

/** 가 in EUC-KR (B0 A1), which is no UTF-8. */
const EUC_KR = Buffer.from([0xb0, 0xa1]);
/** The text with these bytes in the place of `@`. */
const withBytes = (text: string, bytes: Uint8Array = EUC_KR): Uint8Array<ArrayBuffer> => {
  const [before = '', after = ''] = text.split('@');
  return new Uint8Array(Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]));
};

async function send(
  method: string,
  path: string,
  body: Uint8Array<ArrayBuffer> | string,
  type: string,
  scope: TestScope = 'authentications',
): Promise<Answer> {
  const response = await fetch(service.issuer + path, {
    method,
    headers: { Authorization: `Bearer ${await service.token(scope)}`, 'Content-Type': type },
    body,
  });
  return answerOf(response);
}

const START = '/v1/authentications';
const start = JSON.stringify({ birthDate: '900101', genderDigit: '1', phoneNumber: '019-0000-0001', purpose: '가@입' });
const event = (subject: string) =>
  JSON.stringify({
    specversion: '1.0',
    id: randomUUID(),
    source: 'urn:test:carrier',
    type: 'pushguard.line.v1.suspended',
    subject,
    sequence: 1,
    time: new Date().toISOString(),
  });

describe('bytes that are no UTF-8', () => {
  it.each<[string, Uint8Array]>([
    ['EUC-KR', EUC_KR],
    ['half a syllable', Buffer.from([0xea, 0xb0])],
    ['a syllable written too long', Buffer.from([0xf0, 0x8a, 0xb0, 0x80])],
    ['a surrogate of its own', Buffer.from([0xed, 0xa0, 0x80])],
    ['a byte that UTF-8 does not have', Buffer.from([0xff])],
    ['Latin-1', Buffer.from([0xe9])],
  ])('bytes that are no UTF-8 are refused in JSON: %s', async (_case, bytes) => {
    expectFaults(await send('POST', START, withBytes(start, bytes), 'application/json'), '');
  });

  it('bytes that are no UTF-8 are refused in a form, written as they are and percent-encoded', async () => {
    const type = 'application/x-www-form-urlencoded';
    for (const body of [
      withBytes('grant_type=client_credentials&scope=@'),
      'grant_type=client_credentials&scope=%B0%A1',
      'grant_type=client_credentials&%B0%A1=x',
      'grant_type=client_credentials&scope=%EF%BF%BD',
    ]) {
      const answer = await send('POST', '/oauth2/token', body, type);
      expect(answer.status).toBe(400);
    }
  });

  it('bytes that are no UTF-8 are refused in an event and in a batch', async () => {
    const structured = 'application/cloudevents+json';
    expectFaults(await send('POST', '/carrier/v1/events', withBytes(event('line-@')), structured, 'carrier'), '');
    const batch = 'application/cloudevents-batch+json';
    expectFaults(await send('POST', '/carrier/v1/events', withBytes(`[${event('line-@')}]`), batch, 'carrier'), '');
  });

  it.each<[string, string]>([
    ['as they are', '\xb0\xa1'],
    ['percent-encoded', '%B0%A1'],
  ])('bytes that are no UTF-8 name no line in the header of an event: %s', async (_case, bytes) => {
    const { id, source, type, time } = JSON.parse(event('')) as Record<string, string>;
    const answer = await fetch(`${service.issuer}/carrier/v1/events`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${await service.token('carrier')}`,
        'ce-specversion': '1.0',
        'ce-id': id!,
        'ce-source': source!,
        'ce-type': type!,
        'ce-time': time!,
        'ce-sequence': '1',
        'ce-subject': `line-${bytes}`,
      },
    });
    expect(await answer.text()).toContain('rejected');
  });

  it('bytes that are UTF-8 in the header of an event are read, as they are and percent-encoded', async () => {
    const { lineId } = await service.addLine({ lineId: `회선-${randomUUID()}` });
    for (const [sequence, subject] of [
      ['1', Buffer.from(lineId).toString('latin1')],
      ['2', encodeURIComponent(lineId)],
    ] as const) {
      const { id, source, type, time } = JSON.parse(event('')) as Record<string, string>;
      const headers = {
        'ce-specversion': '1.0',
        'ce-id': id!,
        'ce-source': source!,
        'ce-type': type!,
        'ce-time': time!,
      };
      const answer = await fetch(`${service.issuer}/carrier/v1/events`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${await service.token('carrier')}`,
          ...headers,
          'ce-sequence': sequence,
          'ce-subject': subject,
        },
      });
      expect(await answer.json()).toMatchObject({ outcome: 'applied' });
    }
  });

  const snapshotLine = (lineId: string) =>
    JSON.stringify({
      lineId,
      phoneNumber: `010${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}`,
      carrier: 'SKT',
      status: 'active',
      holder: 'self',
      owner: { birthDate: '900101', genderDigit: '1' },
      plan: 'postpaid',
      handset: { os: 'android', osVersion: '14', formFactor: 'phone' },
    });

  it('bytes that are no UTF-8 stop a snapshot before anything of it counts', async () => {
    const known = `known-${randomUUID()}`;
    const body = withBytes(`${snapshotLine(known)}\n${snapshotLine('line-@')}\n`);
    const path = '/carrier/v1/lines/import';
    expectFaults(await send('POST', path, body, 'application/x-ndjson', 'carrier'), '');
    const { rows } = await service.database.pool.query('SELECT id FROM lines WHERE id = $1', [known]);
    expect(rows).toEqual([]);
    // Half a character at the end of the file as well.
    const cut = Buffer.concat([Buffer.from(snapshotLine(known)), Buffer.from([0xea])]);
    expectFaults(await send('POST', path, new Uint8Array(cut), 'application/x-ndjson', 'carrier'), '');
  });

  it('the replacement character names no line of a snapshot', async () => {
    const answer = await fetch(`${service.issuer}/carrier/v1/lines/import`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${await service.token('carrier')}`, 'Content-Type': 'application/x-ndjson' },
      body: `${snapshotLine('line-\ufffd')}\n${snapshotLine('line-\ud800')}\n`,
    });
    expect(await answer.text()).toMatch(/"rejected":2/);
  });

  it('bytes that are no UTF-8 in a query or an address are refused, never replaced', async () => {
    const headers = { Authorization: `Bearer ${await service.token('operator')}`, 'Audit-Reason': 'test' };
    for (const path of [
      '/operator/v1/subscriptions?phoneNumber=%B0%A1',
      '/operator/v1/subscriptions?%B0%A1=1',
      '/carrier/v1/lines/%B0%A1',
      '/?lang=%ff',
    ]) {
      const method = path.startsWith('/carrier') ? 'PUT' : 'GET';
      expectProblem(await answerOf(await fetch(service.issuer + path, { method, headers })), 400, 'invalid_request');
    }
  });

  it('bytes that are no UTF-8 are no reason for the audit', async () => {
    for (const reason of ['\xb0\xa1', '%B0%A1']) {
      const answer = await service.call('GET', '/operator/v1/subscriptions?phoneNumber=01000000000', undefined, {
        scope: 'operator',
        headers: { 'Audit-Reason': reason },
      });
      expectFaults(answer, '/Audit-Reason');
    }
  });
});

describe('a text that is shown', () => {
  const right = { birthDate: '900101', genderDigit: '1', phoneNumber: '019-0000-0002', purpose: '가입' };
  it.each([
    ['the replacement character', '가\ufffd입'],
    ['half a pair of surrogates', '가\ud83d입'],
    ['the other half', '가\udc00입'],
    ['both halves in turn', '가\udc00\ud83d입'],
  ])('a purpose with %s is refused, and the error names it', async (_case, purpose) => {
    expectFaults(await service.call('POST', START, { ...right, purpose }), '/purpose');
    const window = { purpose, returnUrl: `${service.issuer}/demo/return`, state: 'x' };
    expectFaults(await service.call('POST', '/v1/windows', window), '/purpose');
    expectFaults(await service.call('POST', '/v1/windows', { ...window, purpose: '가입', name: purpose }), '/name');
    expectFaults(await service.call('POST', '/v1/windows', { ...window, purpose: '가입', state: purpose }), '/state');
  });

  it('a device whose name has half a pair of surrogates is refused', async () => {
    const { enrolmentCode } = await service.subscribe(await service.addLine());
    const phone = import('../../src/phone/phone.ts').then(({ Phone }) =>
      Phone.enrol({
        issuer: service.issuer,
        enrolmentCode,
        pin: '274951',
        platform: 'android',
        formFactor: 'phone',
        osVersion: '14',
        appVersion: '1.0.0',
        pushToken: `token-${randomUUID()}`,
        name: '전화\ud83d',
        kdf: { m: 8, t: 1, p: 1 },
      }),
    );
    await expect(phone).rejects.toMatchObject({ status: 400, code: 'invalid_request' });
  });
});

describe('a transaction to sign', () => {
  const right = {
    birthDate: '900101',
    genderDigit: '1',
    phoneNumber: '019-0000-0003',
    purpose: '이체',
    method: 'sign',
  };
  const [to, account, amount] = TRANSFER;
  const shapes: [string, unknown, ...string[]][] = [
    ['lists in the list', [[to, account, amount]], '/transaction'],
    ['one list among the fields', [to, [account], amount], '/transaction'],
    ['lists in lists', [[[to]]], '/transaction'],
    ['an empty list in the list', [[]], '/transaction'],
    ['pairs instead of fields', [['받는 분', '홍길동']], '/transaction'],
    ['nothing', [null], '/transaction'],
    ['texts', ['받는 분', '홍길동'], '/transaction'],
    ['an object instead of the list', { 0: to }, '/transaction'],
    ['a label that is a list', [{ label: ['받는 분'], value: '홍길동' }], '/transaction/0/label'],
    ['a value that is an object', [{ label: '받는 분', value: {} }], '/transaction/0/value'],
    ['a third member', [{ label: '받는 분', value: '홍길동', note: 'x' }], '/transaction/0/note'],
    ['the replacement character', [{ label: '받는 분', value: '홍\ufffd동' }], '/transaction/0/value'],
    ['half a pair of surrogates', [{ label: '받\ud83d', value: '홍길동' }], '/transaction/0/label'],
  ];

  it.each(shapes)('a transaction with %s is refused at the start', async (_case, transaction, pointer) => {
    const answer = await service.call('POST', START, { ...right, transaction }, BANK);
    expectProblem(answer, 400, 'invalid_request', { errors: expect.any(Array) });
    expect((answer.body['errors'] as { pointer: string }[]).map((one) => one.pointer)).toContain(pointer);
  });

  it.each(shapes)('a transaction with %s is refused at the verification', async (_case, transaction) => {
    const path = `${START}/${randomUUID()}/verification`;
    const answer = await service.call('POST', path, { code: '00000000', transaction }, BANK);
    expectProblem(answer, 400, 'invalid_request', { errors: expect.any(Array) });
  });

  it('a code that was made for one won does not verify millions, however the fields are wrapped', async () => {
    const subscriber = await service.subscriber();
    const device = await smartOtp(service, subscriber.person);
    const wrapped = (value: string) => [[{ label: '금액', value }]] as never;
    const start = await startSigning(service, subscriber.person, wrapped('1원'));
    expect(start.status).toBe(400);
    const { id } = (await startSigning(service, subscriber.person, [{ label: '금액', value: '1원' }])).body;
    const code = await signedBy(device, id);
    const tried = await service.call(
      'POST',
      `${START}/${id}/verification`,
      {
        code,
        transaction: wrapped('99,000,000원') as unknown,
      },
      BANK,
    );
    expect(tried.status).toBe(400);
    const bytes = withBytes(JSON.stringify({ code, transaction: [{ label: '금액', value: '1@원' }] }));
    const sent = await fetch(`${service.issuer}${START}/${id}/verification`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${await service.token('authentications', 'demo-bank')}`,
        'Content-Type': 'application/json',
      },
      body: bytes,
    });
    expect(sent.status).toBe(400);
    expect((await service.call('GET', `${START}/${id}`, undefined, BANK)).body['attemptsLeft']).toBe(5);
  });
});

describe('an optional member that is null', () => {
  const right = { birthDate: '900101', genderDigit: '1', phoneNumber: '019-0000-0004', purpose: '가입' };
  it.each(['method', 'endUser', 'transaction'])('an optional member that is null is as absent: %s', async (name) => {
    expect((await service.call('POST', START, { ...right, [name]: null })).status).toBe(201);
  });

  it('a transaction that is null is none: a signature needs one', async () => {
    const body = { ...right, method: 'sign', transaction: null };
    expectFaults(await service.call('POST', START, body, BANK), '/transaction');
    const { id } = (await startSigning(service, right)).body;
    const answer = await service.call(
      'POST',
      `${START}/${id}/verification`,
      { code: '00000000', transaction: null },
      BANK,
    );
    expectProblem(answer, 422, 'code_mismatch', { attemptsLeft: 4 });
  });
});
