import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LineFacts } from '../../src/domain/line.ts';
import { type CarrierDirectory, CarrierUnavailable } from '../../src/gateways/directory/carrier-directory.ts';
import { Tmf637Directory } from '../../src/gateways/directory/tmf637.directory.ts';
import { eventually } from '../support/eventually.ts';
import { type CarrierProduct, type LocalTmf637, startLocalTmf637, type Tmf637Fault } from '../support/local-tmf637.ts';

const NUMBER = '+821012345678';
const TOKEN = 'bearer-of-5f3a9c';
/** The deadline where a test waits for it, and what a slow machine may add. */
const [DEADLINE_MS, MARGIN_MS] = [400, 30_000];
/** Texts that no message may contain: the number in any spelling, birth date, name and token. */
const PERSONAL = ['12345678', '1234-5678', '900101', '김가입', TOKEN];

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
const FACTS: LineFacts = {
  lineId: 'product-1',
  phoneNumber: NUMBER,
  carrier: 'SKT',
  status: 'active',
  holder: 'self',
  owner: { birthDate: '900101', genderDigit: '1' },
  plan: 'postpaid',
  handset: { os: 'android', osVersion: '14', formFactor: 'phone' },
};

const products = new Map<string, readonly CarrierProduct[]>();
let carrier: LocalTmf637;
let directory: CarrierDirectory;
let hasty: CarrierDirectory;

beforeAll(async () => {
  carrier = await startLocalTmf637({ products, token: TOKEN });
  directory = new Tmf637Directory({ url: carrier.url, token: TOKEN });
  hasty = new Tmf637Directory({ url: carrier.url, token: TOKEN, deadlineMs: DEADLINE_MS });
});
afterAll(async () => {
  await carrier.close();
});
beforeEach(() => {
  products.clear();
  carrierHas(product());
});

describe('a lookup in the carrier’s product inventory', () => {
  it('a lookup is one request for the number, with the bearer token', async () => {
    const before = carrier.requests.length;
    expect(await directory.byPhoneNumber(NUMBER)).toStrictEqual(FACTS);
    expect(carrier.requests.slice(before)).toEqual([
      {
        method: 'GET',
        url: '/tmf-api/productInventory/v4/product?productSerialNumber=%2B821012345678&limit=20',
        accept: 'application/json',
        authorization: `Bearer ${TOKEN}`,
      },
    ]);
  });

  it('a lookup has no token when none was configured', async () => {
    const stranger = new Tmf637Directory({ url: carrier.url });
    expect(await refusal(stranger.byPhoneNumber(NUMBER))).toBe(
      "The carrier's product inventory answered with status 401.",
    );
    expect(carrier.requests.at(-1)?.authorization).toBeUndefined();
  });

  it('a lookup goes to the same address when its base ends in a slash', async () => {
    const slashed = new Tmf637Directory({ url: `${carrier.url}/`, token: TOKEN });
    expect(await slashed.byPhoneNumber(NUMBER)).toStrictEqual(FACTS);
  });

  it('a lookup cannot be configured with an address that is not a URL', () => {
    expect(() => new Tmf637Directory({ url: 'carrier.example' })).toThrow('Invalid URL');
  });
});

describe('a line', () => {
  it.each([
    ['active', 'active'],
    ['pendingTerminate', 'active'],
    ['suspended', 'suspended'],
    ['pendingActive', 'suspended'],
    ['created', 'suspended'],
  ])('a line whose product is %s is %s', async (status, expected) => {
    carrierHas(product({ status }));
    expect(await directory.byPhoneNumber(NUMBER)).toStrictEqual({ ...FACTS, status: expected });
  });

  it.each(['terminated', 'cancelled', 'aborted', 'aborted '])(
    'a line whose product is %j no longer exists',
    async (status) => {
      carrierHas(product({ status }));
      expect(await directory.byPhoneNumber(NUMBER)).toBeNull();
    },
  );

  it.each(['self', 'corporate', 'other_party'])('a line is held by %s', async (holder) => {
    carrierHas(product({ characteristics: { holder } }));
    expect(await directory.byPhoneNumber(NUMBER)).toStrictEqual({ ...FACTS, holder });
  });

  it.each(['postpaid', 'prepaid', 'm2m'])('a line has a plan that is %s', async (plan) => {
    carrierHas(product({ characteristics: { plan } }));
    expect(await directory.byPhoneNumber(NUMBER)).toStrictEqual({ ...FACTS, plan });
  });

  it.each<[string, LineFacts['handset']]>([
    ['a phone', { os: 'ios', osVersion: '18.1', formFactor: 'phone', model: 'iPhone 16' }],
    ['a tablet', { os: 'android', osVersion: '2.3', formFactor: 'tablet', model: '갤럭시 탭' }],
    ['a handset of no known model', { os: 'Tizen', osVersion: '3', formFactor: 'phone' }],
  ])('a line is used in %s', async (_case, handset) => {
    const { os: handsetOs, osVersion: handsetOsVersion, formFactor: handsetFormFactor, model } = handset;
    const handsetModel = model === undefined ? {} : { handsetModel: model };
    carrierHas(product({ characteristics: { handsetOs, handsetOsVersion, handsetFormFactor, ...handsetModel } }));
    expect(await directory.byPhoneNumber(NUMBER)).toStrictEqual({ ...FACTS, handset });
  });

  it('a line belongs to the carrier and the owner that the product names', async () => {
    carrierHas(
      product({ id: 'P/7', characteristics: { carrier: 'KT', ownerBirthDate: '010203', ownerGenderDigit: '4' } }),
    );
    const owner = { birthDate: '010203', genderDigit: '4' };
    expect(await directory.byPhoneNumber(NUMBER)).toStrictEqual({ ...FACTS, lineId: 'P/7', carrier: 'KT', owner });
  });

  it('a line is unknown to a carrier that has no such product', async () => {
    expect(await directory.byPhoneNumber('+821000000000')).toBeNull();
  });

  it('a line is unknown to a carrier that answers 404', async () => {
    carrier.fail({ status: 404 });
    expect(await directory.byPhoneNumber(NUMBER)).toBeNull();
  });
});

describe('a number that had another owner', () => {
  const ended: CarrierProduct = { id: 'product-0', status: 'terminated', characteristics: {} };

  it.each([
    ['before', [ended, product()]],
    ['behind', [product(), ended]],
  ])('a number that had another owner belongs to the live product, with the ended one %s it', async (_case, both) => {
    carrierHas(...both);
    expect(await directory.byPhoneNumber(NUMBER)).toStrictEqual(FACTS);
  });

  it.each([
    ['two live products', [product(), product({ id: 'product-2', status: 'suspended' })], 'two active products'],
    ['a full page of ended ones', Array.from({ length: 20 }, () => ended), 'a full page of ended products'],
    ['a page that holds back some', [...Array.from({ length: 20 }, () => ended), product()], '206'],
  ])('a number that had another owner belongs to no one with %s', async (_case, all, says) => {
    carrierHas(...all);
    expect(await refusal(directory.byPhoneNumber(NUMBER))).toContain(says);
  });
});

describe('a carrier that cannot be understood', () => {
  const faults: readonly (readonly [Tmf637Fault, string])[] = [
    ...[400, 401, 403, 429, 500, 502, 503, 504].map(
      (status) => [{ status }, `answered with status ${status}`] as const,
    ),
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
    ...Object.keys(CHARACTERISTICS).map((name) => [{ without: name }, `without a valid ${name}`] as const),
    [{ answers: null }, 'not a list of products'],
    [{ answers: {} }, 'not a list of products'],
    [{ answers: NUMBER }, 'not a list of products'],
    [{ answers: [null] }, 'not an object'],
    [{ answers: [[]] }, 'not an object'],
    [{ answers: [NUMBER] }, 'not an object'],
    [{ answers: [{}] }, 'a different number'],
    [{ answers: [{ productSerialNumber: [NUMBER] }] }, 'a different number'],
    [{ answers: [{ productSerialNumber: NUMBER }] }, 'without a valid status'],
  ];

  it.each(faults)(
    'a carrier is unavailable after the answer %j, and is asked anew the next time',
    async (fault, says) => {
      const before = carrier.requests.length;
      carrier.fail(fault);
      expect(await refusal(directory.byPhoneNumber(NUMBER))).toContain(says);
      expect(carrier.requests).toHaveLength(before + 1);
      expect(await directory.byPhoneNumber(NUMBER)).toStrictEqual(FACTS);
    },
  );

  it.each(['Active', 'aborted  ', '', 'toString', 'inactive', NUMBER])(
    'a product with the status %j makes its carrier unavailable',
    async (status) => {
      carrierHas(product({ status }));
      expect(await refusal(directory.byPhoneNumber(NUMBER))).toContain('without a valid status');
    },
  );

  it.each<[string, readonly unknown[]]>([
    ['carrier', ['', 7, null, 'SK\nT', 'x'.repeat(129)]],
    ['holder', ['', 'Self', 'family', 'toString', null, ['self'], true]],
    ['ownerBirthDate', ['', '19900101', '1990-01-01', '9001011', '90010', 900101, '900101\n', '٩٠٠١٠١', null]],
    ['ownerGenderDigit', ['', '12', 'M', 1, null]],
    ['plan', ['', 'POSTPAID', 'hybrid', null, {}]],
    ['handsetOs', ['', null, {}]],
    ['handsetOsVersion', ['', 14, null]],
    ['handsetFormFactor', ['', 'watch', null]],
    ['handsetModel', ['', 16, null, 'iPhone\u202e16']],
  ])('an answer with %s makes its carrier unavailable', async (name, values) => {
    for (const value of values) {
      carrierHas(product({ characteristics: { [name]: value } }));
      expect(await refusal(directory.byPhoneNumber(NUMBER))).toContain(`without a valid ${name}`);
    }
  });

  it.each([
    ['no characteristics', undefined, 'without a valid productCharacteristic'],
    ['characteristics that are no list', CHARACTERISTICS, 'without a valid productCharacteristic'],
    ['characteristics that are no objects', [null, 7, 'carrier'], 'without a valid carrier'],
    ['a characteristic named twice', named('holder'), 'has holder twice'],
  ])('a product with %s makes its carrier unavailable', async (_case, productCharacteristic, says) => {
    carrier.fail({ answers: [bare({ productCharacteristic })] });
    expect(await refusal(directory.byPhoneNumber(NUMBER))).toContain(says);
  });

  it('a product without an id makes its carrier unavailable', async () => {
    for (const id of ['', 7, null, undefined, 'a\u0000b', 'x'.repeat(129)]) {
      carrier.fail({ answers: [bare({ id })] });
      expect(await refusal(directory.byPhoneNumber(NUMBER))).toContain('without a valid id');
    }
  });

  it('a carrier may answer with up to 64 KiB', async () => {
    carrier.fail({ bytes: 65_536 });
    expect(await directory.byPhoneNumber(NUMBER)).toStrictEqual(FACTS);
  });

  it('a carrier is unavailable to a wrong token', async () => {
    const wrong = new Tmf637Directory({ url: carrier.url, token: `${TOKEN}x` });
    expect(await refusal(wrong.byPhoneNumber(NUMBER))).toContain('answered with status 401');
  });

  it('a carrier is unavailable to a token that no header can hold', async () => {
    const broken = new Tmf637Directory({ url: carrier.url, token: `${TOKEN}\n${TOKEN}` });
    expect(await refusal(broken.byPhoneNumber(NUMBER))).toContain('did not answer completely');
  });

  it('a carrier is unavailable when its port is closed', async () => {
    const gone = await startLocalTmf637({ products, token: TOKEN });
    await gone.close();
    const lost = new Tmf637Directory({ url: gone.url, token: TOKEN });
    expect(await refusal(lost.byPhoneNumber(NUMBER))).toContain('ECONNREFUSED');
  });
});

describe('a slow carrier', () => {
  it.each(['HANG', 'TRICKLE'] as const)('a lookup at a slow carrier ends at the deadline: %s', async (fault) => {
    const closed = carrier.nextClose();
    carrier.fail(fault);
    const started = performance.now();
    expect(await refusal(hasty.byPhoneNumber(NUMBER))).toContain(`within ${DEADLINE_MS} ms`);
    const tookMs = performance.now() - started;
    expect(tookMs).toBeGreaterThan(DEADLINE_MS - 10);
    expect(tookMs).toBeLessThan(DEADLINE_MS + MARGIN_MS);
    await closed;
    expect(await directory.byPhoneNumber(NUMBER)).toStrictEqual(FACTS);
  });

  it('a lookup at a slow carrier delays no other lookup', async () => {
    const before = carrier.requests.length;
    carrier.fail('HANG');
    const hung = refusal(hasty.byPhoneNumber(NUMBER));
    await eventually('the lookup that hangs', () => carrier.requests.length > before);
    const others = await Promise.all(Array.from({ length: 20 }, () => directory.byPhoneNumber(NUMBER)));
    expect(others).toStrictEqual(others.map(() => FACTS));
    expect(await hung).toContain(`within ${DEADLINE_MS} ms`);
  });

  it.each([200, 404, 503])('a carrier whose answer %i has no end loses its connection', async (status) => {
    const patient = new Tmf637Directory({ url: carrier.url, token: TOKEN, deadlineMs: 60_000 });
    const closed = carrier.nextClose();
    carrier.fail({ endless: status });
    await patient.byPhoneNumber(NUMBER).catch(() => null);
    await closed;
  });
});

/** The message of a lookup that must fail, after a check that it contains no personal data. */
async function refusal(lookup: Promise<LineFacts | null>): Promise<string> {
  const error: unknown = await lookup.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CarrierUnavailable);
  const written = inspect(error, { depth: null, showHidden: true });
  for (const personal of PERSONAL) expect(written).not.toContain(personal);
  return (error as CarrierUnavailable).message;
}

function carrierHas(...all: readonly CarrierProduct[]): void {
  products.set(NUMBER, all);
}

function product({ characteristics, ...fields }: Partial<CarrierProduct> = {}): CarrierProduct {
  return { id: 'product-1', status: 'active', characteristics: { ...CHARACTERISTICS, ...characteristics }, ...fields };
}

/** A product as it is on the wire, with nothing that is not read. */
function bare(fields: Record<string, unknown>): Record<string, unknown> {
  return { id: 'product-1', productSerialNumber: NUMBER, status: 'active', productCharacteristic: named(), ...fields };
}

/** All characteristics on the wire, with some named once more. */
function named(...again: (keyof typeof CHARACTERISTICS)[]): { name: string; value: string }[] {
  return [...Object.entries(CHARACTERISTICS), ...again.map((name) => [name, CHARACTERISTICS[name]] as const)].map(
    ([name, value]) => ({ name, value }),
  );
}
