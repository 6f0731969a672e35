import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DirectoryLine } from '../../src/gateways/directory/carrier-directory.ts';
import { JsonDirectory } from '../../src/gateways/directory/json.directory.ts';
import { Tmf637Directory } from '../../src/gateways/directory/tmf637.directory.ts';
import { refusalOf } from '../support/carrier-refusal.ts';
import { eventually } from '../support/eventually.ts';
import type { CarrierFault, LocalCarrier } from '../support/local-carrier.ts';
import { startLocalLineDirectory } from '../support/local-line-directory.ts';
import { startLocalTmf637 } from '../support/local-tmf637.ts';

const NUMBER = '+821012345678';
const TOKEN = 'bearer-of-5f3a9c';
/** The deadline where a test waits for it, and what a slow machine may add. */
const [DEADLINE_MS, MARGIN_MS] = [400, 30_000];
/** Texts that no message may contain: the number in any spelling, birth date, name and token. */
const PERSONAL = ['12345678', '1234-5678', '900101', '김가입', TOKEN];

const FACTS: DirectoryLine = {
  lineId: 'line-1',
  phoneNumber: NUMBER,
  carrier: 'SKT',
  status: 'active',
  holder: 'self',
  owner: { birthDate: '900101', genderDigit: '1' },
  plan: 'postpaid',
  handset: { os: 'android', osVersion: '14', formFactor: 'phone' },
};
const CHARACTERISTICS = {
  carrier: 'SKT',
  holder: 'self',
  ownerBirthDate: '900101',
  ownerGenderDigit: '1',
  plan: 'postpaid',
  handsetOs: 'android',
  handsetOsVersion: '14',
  handsetFormFactor: 'phone',
};

const refusal = (lookup: Promise<DirectoryLine | null>) => refusalOf(lookup, PERSONAL);
const products = new Map([[NUMBER, [{ id: 'line-1', status: 'active', characteristics: CHARACTERISTICS }]]]);
const lines = new Map<string, Record<string, unknown>>([[NUMBER, { ...FACTS }]]);

describe.each([
  ['the product inventory', Tmf637Directory, () => startLocalTmf637({ products, token: TOKEN })],
  ['the plain JSON call', JsonDirectory, () => startLocalLineDirectory({ lines, token: TOKEN })],
] as const)('a carrier that is asked by %s', (_by, Directory, start) => {
  let carrier: LocalCarrier;
  const asked = (more: { token?: string; deadlineMs?: number } = {}) =>
    new Directory({ url: carrier.url, token: TOKEN, ...more });

  beforeAll(async () => {
    carrier = await start();
  });
  afterAll(() => carrier.close());

  it.each<[CarrierFault, string]>([
    ...[400, 401, 403, 429, 500, 502, 503, 504].map((status): [CarrierFault, string] => [
      { status },
      `answered with status ${status}`,
    ]),
    [{ status: 204 }, 'answered with status 204'],
    [{ status: 206 }, 'answered with status 206'],
    ['REDIRECT', 'answered with status 307'],
    ['RESET', 'did not answer completely: '],
    ['CUT', 'did not answer completely: '],
    ['HTML', 'other than application/json'],
    ['BROKEN_JSON', 'not JSON'],
    ['NOT_UTF8', 'not JSON'],
    [{ endless: 200 }, 'more than 65536 bytes'],
    [{ bytes: 65_537 }, 'more than 65536 bytes'],
    ['OTHER_NUMBER', 'a different number'],
    [{ answers: null }, 'answered with JSON that is not a l'],
    [{ answers: NUMBER }, 'answered with JSON that is not a l'],
    [{ answers: 7 }, 'answered with JSON that is not a l'],
  ])('is unavailable after the answer %j, and is asked anew the next time', async (fault, says) => {
    const before = carrier.requests.length;
    carrier.fail(fault);
    expect(await refusal(asked().byPhoneNumber(NUMBER))).toContain(says);
    expect(carrier.requests).toHaveLength(before + 1);
    expect(await asked().byPhoneNumber(NUMBER)).toStrictEqual(FACTS);
  });

  it('has no line of a number that it does not know', async () => {
    expect(await asked().byPhoneNumber('+821000000000')).toBeNull();
    carrier.fail({ status: 404 });
    expect(await asked().byPhoneNumber(NUMBER)).toBeNull();
  });

  it('may answer with up to 64 KiB', async () => {
    carrier.fail({ bytes: 65_536 });
    expect(await asked().byPhoneNumber(NUMBER)).toStrictEqual(FACTS);
  });

  it('is unavailable to a wrong token, to none, and to one that no header can hold', async () => {
    expect(await refusal(asked({ token: `${TOKEN}x` }).byPhoneNumber(NUMBER))).toContain('answered with status 401');
    expect(await refusal(new Directory({ url: carrier.url }).byPhoneNumber(NUMBER))).toContain('status 401');
    expect(carrier.requests.at(-1)?.authorization).toBeUndefined();
    const broken = asked({ token: `${TOKEN}\n${TOKEN}` });
    expect(await refusal(broken.byPhoneNumber(NUMBER))).toContain('did not answer completely');
  });

  it('is unavailable when its port is closed', async () => {
    const gone = await start();
    await gone.close();
    const lost = new Directory({ url: gone.url, token: TOKEN });
    expect(await refusal(lost.byPhoneNumber(NUMBER))).toContain('ECONNREFUSED');
  });

  it('is asked at the same address when its base ends in a slash, and not without a URL', async () => {
    const slashed = new Directory({ url: `${carrier.url}/`, token: TOKEN });
    expect(await slashed.byPhoneNumber(NUMBER)).toStrictEqual(FACTS);
    expect(() => new Directory({ url: 'carrier.example' })).toThrow('Invalid URL');
  });

  it.each(['HANG', 'TRICKLE'] as const)('is given up at the deadline when it is slow: %s', async (fault) => {
    const closed = carrier.nextClose();
    carrier.fail(fault);
    const started = performance.now();
    expect(await refusal(asked({ deadlineMs: DEADLINE_MS }).byPhoneNumber(NUMBER))).toContain(
      `within ${DEADLINE_MS} ms`,
    );
    const tookMs = performance.now() - started;
    expect(tookMs).toBeGreaterThan(DEADLINE_MS - 10);
    expect(tookMs).toBeLessThan(DEADLINE_MS + MARGIN_MS);
    await closed;
    expect(await asked().byPhoneNumber(NUMBER)).toStrictEqual(FACTS);
  });

  it('delays no lookup by another one that hangs', async () => {
    const before = carrier.requests.length;
    carrier.fail('HANG');
    const hung = refusal(asked({ deadlineMs: DEADLINE_MS }).byPhoneNumber(NUMBER));
    await eventually('the lookup that hangs', () => carrier.requests.length > before);
    const others = await Promise.all(Array.from({ length: 20 }, () => asked().byPhoneNumber(NUMBER)));
    expect(others).toStrictEqual(others.map(() => FACTS));
    expect(await hung).toContain(`within ${DEADLINE_MS} ms`);
  });

  it.each([200, 404, 503])('loses its connection when its answer %i has no end', async (status) => {
    const closed = carrier.nextClose();
    carrier.fail({ endless: status });
    await asked({ deadlineMs: 60_000 })
      .byPhoneNumber(NUMBER)
      .catch(() => null);
    await closed;
  });
});

describe('a line that the plain JSON call tells', () => {
  let carrier: LocalCarrier;
  let directory: JsonDirectory;

  beforeAll(async () => {
    carrier = await startLocalLineDirectory({ lines, token: TOKEN });
    directory = new JsonDirectory({ url: carrier.url, token: TOKEN });
  });
  afterAll(() => carrier.close());

  it('is asked for in one request, whose address does not have the number', async () => {
    const before = carrier.requests.length;
    expect(await directory.byPhoneNumber(NUMBER)).toStrictEqual(FACTS);
    expect(carrier.requests.slice(before)).toEqual([
      {
        method: 'POST',
        url: '/lines-of-the-carrier/v1/lines/lookup',
        accept: 'application/json',
        authorization: `Bearer ${TOKEN}`,
        contentType: 'application/json',
        body: '{"phoneNumber":"+821012345678"}',
      },
    ]);
  });

  it.each<[Record<string, unknown>, Partial<DirectoryLine> | null]>([
    [{ phoneNumber: '010-1234-5678' }, {}],
    [{ phoneNumber: 'tel:+82-10-1234-5678' }, {}],
    [
      { status: 'suspended', holder: 'corporate', plan: 'm2m' },
      { status: 'suspended', holder: 'corporate', plan: 'm2m' },
    ],
    [{ status: 'terminated' }, null],
    [{ handset: { ...FACTS.handset, model: '갤럭시' } }, { handset: { ...FACTS.handset, model: '갤럭시' } }],
    [{ handset: { ...FACTS.handset, model: null } }, {}],
    [{ simChangedAt: null }, {}],
    [{ simChangedAt: '2026-11-29T10:00:00+09:00' }, { simChangedAt: new Date('2026-11-29T01:00:00Z') }],
  ])('is read with %j', async (answer, expected) => {
    carrier.fail({ answers: { ...FACTS, ...answer } });
    expect(await directory.byPhoneNumber(NUMBER)).toStrictEqual(expected && { ...FACTS, ...expected });
  });

  it('is nothing where a fact is missing or cannot be understood, and the message names the fact', async () => {
    const { owner, handset } = FACTS;
    const faults: [string, unknown][] = [
      ...['lineId', 'carrier', 'status', 'holder', 'owner', 'plan', 'handset'].flatMap((name): [string, unknown][] =>
        [undefined, null, '', 7, [], 'x'.repeat(129), 'a\u0000b'].map((value) => [name, { [name]: value }]),
      ),
      ...['', '19900101', 900_101, '900101\n', null].map((birthDate): [string, unknown] => [
        'owner.birthDate',
        { owner: { ...owner, birthDate } },
      ]),
      ...['', '12', 1].map((genderDigit): [string, unknown] => [
        'owner.genderDigit',
        { owner: { ...owner, genderDigit } },
      ]),
      ...['os', 'osVersion', 'formFactor'].map((name): [string, unknown] => [
        `handset.${name}`,
        { handset: { ...handset, [name]: 14 } },
      ]),
      ['handset.model', { handset: { ...handset, model: 'iPhone\u202e16' } }],
      ...['yesterday', '2026-11-29', '2026-13-29T10:00:00Z', 1_790_000_000, {}].map(
        (simChangedAt): [string, unknown] => ['simChangedAt', { simChangedAt }],
      ),
    ];
    for (const [name, answer] of faults) {
      carrier.fail({ answers: { ...FACTS, ...(answer as object) } });
      expect(await refusal(directory.byPhoneNumber(NUMBER))).toContain(`a line without a valid ${name}.`);
    }
  });
});
