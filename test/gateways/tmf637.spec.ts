import 'reflect-metadata';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readEnvironment } from '../../config/environment.ts';
import type { LineFacts } from '../../src/domain/line.ts';
import type { CarrierDirectory } from '../../src/gateways/directory/carrier-directory.ts';
import { parseMapping } from '../../src/gateways/directory/characteristics.ts';
import { Tmf637Directory } from '../../src/gateways/directory/tmf637.directory.ts';
import { refusalOf } from '../support/carrier-refusal.ts';
import type { CarrierFault, LocalCarrier } from '../support/local-carrier.ts';
import { type CarrierProduct, startLocalTmf637 } from '../support/local-tmf637.ts';

const NUMBER = '+821012345678';
const TOKEN = 'bearer-of-5f3a9c';
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
let carrier: LocalCarrier;
let directory: CarrierDirectory;

beforeAll(async () => {
  carrier = await startLocalTmf637({ products, token: TOKEN });
  directory = new Tmf637Directory({ url: carrier.url, token: TOKEN });
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
        body: '',
        contentType: undefined,
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
  const faults: readonly (readonly [CarrierFault, string])[] = [
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
});

const refusal = (lookup: Promise<LineFacts | null>) => refusalOf(lookup, PERSONAL);

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

describe('a carrier whose products name the facts otherwise', () => {
  const MAPPING = {
    number: { filter: 'productCharacteristic.value', characteristic: 'MSISDN', form: 'national' },
    status: { IN_SERVICE: 'active', LOST: 'suspended', ENDED: 'terminated' },
    carrier: { always: 'SKT' },
    holder: { characteristic: 'customerType', values: { 개인: 'self', 법인: 'corporate', 타인: 'other_party' } },
    ownerBirthDate: { characteristic: 'birthday', form: 'YYYY-MM-DD' },
    plan: { characteristic: 'isPrepaid', values: { true: 'prepaid', false: 'postpaid' } },
    handsetOs: { characteristic: 'os', values: { AND: 'android', IOS: 'ios' } },
    handsetFormFactor: { characteristic: 'terminal', values: { 스마트폰: 'phone', 패드: 'tablet' } },
    handsetModel: { characteristic: 'petName' },
  };
  const SAID = {
    MSISDN: '82 (0)10 1234 5678',
    customerType: '개인',
    birthday: '1990-01-01',
    ownerGenderDigit: '1',
    isPrepaid: false,
    os: 'AND',
    handsetOsVersion: '14',
    terminal: '스마트폰',
    petName: '갤럭시',
  };
  const others = new Map<string, readonly CarrierProduct[]>();
  let inventory: LocalCarrier;
  let mapped: CarrierDirectory;

  beforeAll(async () => {
    inventory = await startLocalTmf637({ products: others, token: TOKEN, filter: MAPPING.number.filter });
    mapped = new Tmf637Directory({ url: inventory.url, token: TOKEN, mapping: parseMapping(JSON.stringify(MAPPING)) });
  });
  afterAll(() => inventory.close());

  const says = (characteristics: Record<string, unknown>, status = 'IN_SERVICE') =>
    void others.set('01012345678', [{ id: 'product-1', status, characteristics: { ...SAID, ...characteristics } }]);

  it('is understood by its mapping', async () => {
    says({});
    const handset = { ...FACTS.handset, model: '갤럭시' };
    expect(await mapped.byPhoneNumber(NUMBER)).toStrictEqual({ ...FACTS, handset });
    expect(inventory.requests.at(-1)?.url).toContain('?productCharacteristic.value=01012345678&limit=20');
    says({ customerType: '법인', isPrepaid: 'true', os: 'IOS', terminal: '패드', petName: undefined });
    expect(await mapped.byPhoneNumber(NUMBER)).toStrictEqual({
      ...FACTS,
      holder: 'corporate',
      plan: 'prepaid',
      handset: { os: 'ios', osVersion: '14', formFactor: 'tablet' },
    });
    says({}, 'LOST');
    expect(await mapped.byPhoneNumber(NUMBER)).toMatchObject({ status: 'suspended' });
    says({}, 'ENDED');
    expect(await mapped.byPhoneNumber(NUMBER)).toBeNull();
  });

  it.each([
    [{ customerType: 'self' }, 'without a valid customerType'],
    [{ birthday: '900101' }, 'without a valid birthday'],
    [{ isPrepaid: null }, 'without a valid isPrepaid'],
    [{ os: 'toString' }, 'without a valid os'],
    [{ MSISDN: '010-9999-0000' }, 'a different number'],
    [{ MSISDN: undefined }, 'a different number'],
  ])('is unavailable with %j, which its mapping does not explain', async (characteristics, says_) => {
    says(characteristics);
    expect(await refusal(mapped.byPhoneNumber(NUMBER))).toContain(says_);
  });

  it.each<[unknown, string]>([
    ['{', 'the mapping must be JSON'],
    [[], 'the mapping must be a JSON object'],
    [{ ownerBirthday: {} }, 'the mapping has no member "ownerBirthday"; is ownerBirthDate meant?'],
    [{ holder: 'customerType' }, 'holder must be a JSON object'],
    [{ holder: {} }, 'holder must have either a characteristic or always'],
    [{ holder: { characteristic: 'a', always: 'self' } }, 'holder must have either a characteristic or always'],
    [{ holder: { characteristic: 'a', value: {} } }, 'holder has no member "value"; is values meant?'],
    [{ holder: { characteristic: 7 } }, 'holder.characteristic must be the name of a characteristic'],
    [{ holder: { characteristic: 'a', values: {} } }, 'holder.values must be an object that gives each value'],
    [
      { holder: { characteristic: 'a', values: { 개인: 'person' } } },
      'holder.values."개인" must be one of self, corporate, other_party',
    ],
    [{ holder: { always: 'me' } }, 'holder.always must be one of self, corporate, other_party'],
    [{ ownerGenderDigit: { characteristic: 'sex', values: { M: 'male' } } }, 'must be one digit'],
    [{ ownerBirthDate: { always: '900101' } }, 'ownerBirthDate has no member "always"'],
    [{ ownerBirthDate: { characteristic: 'a', form: 'toString' } }, 'must be one of YYMMDD, YYYYMMDD, YYYY-MM-DD'],
    [{ status: { IN_SERVICE: 'suspended' } }, 'status must say which status of a product means active'],
    [{ status: { IN_SERVICE: 'on' } }, 'status."IN_SERVICE" must be one of active, suspended, terminated'],
    [{ number: { form: 'E164' } }, 'number.form must be one of e164, msisdn, national, hyphenated'],
    [{ number: { filter: 'limit' } }, 'number.filter must be the name of an attribute'],
    [{ number: { filter: 'a&b' } }, 'number.filter must be the name of an attribute'],
  ])('has no mapping %j: the start says what is wrong', (mapping, sentence) => {
    const text = typeof mapping === 'string' ? mapping : JSON.stringify(mapping);
    expect(() => readEnvironment({ CARRIER_DIRECTORY_MAPPING: text })).toThrow(
      `CARRIER_DIRECTORY_MAPPING: CARRIER_DIRECTORY_MAPPING cannot be used: `,
    );
    expect(() => parseMapping(text)).toThrow(sentence);
  });

  it('has no mapping where it serves the plain JSON call', () => {
    const given = { CARRIER_DIRECTORY_KIND: 'json', CARRIER_DIRECTORY_MAPPING: '{}' };
    expect(() => readEnvironment(given)).toThrow('is for CARRIER_DIRECTORY_KIND=tmf637');
    expect(readEnvironment({ CARRIER_DIRECTORY_MAPPING: '{}' }).CARRIER_DIRECTORY_MAPPING).toBe('{}');
  });
});
