import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  matchingOcraMinute,
  ocra,
  ocraTimeStep,
  parseOcraSuite,
  TRANSACTION_SUITE,
  type OcraInput,
} from '../../src/crypto/ocra.ts';

/** RFC 6287, appendix C: keys of 20, 32 and 64 bytes, the PIN 1234, and Mar 25 2008, 12:06:30 GMT. */
const KEYS = {
  20: Buffer.from('12345678901234567890'),
  32: Buffer.from('12345678901234567890123456789012'),
  64: Buffer.from('1234567890123456789012345678901234567890123456789012345678901234'),
};
const pinDigest = createHash('sha1').update('1234').digest();
const timeStep = 0x132d0b6;

type Row = [title: string, response: string, input: Omit<OcraInput, 'suite' | 'key'>];
const asked = (question: string, response: string, more: Partial<OcraInput> = {}): Row => [
  `${question} with ${JSON.stringify(Object.keys(more))}`,
  response,
  { question, ...more },
];
const counted = (counter: number, question: string, response: string, more: Partial<OcraInput> = {}): Row => [
  `${question} at the counter ${counter}`,
  response,
  { question, counter, ...more },
];
const mutual = (other: string, own: string, response: string, more: Partial<OcraInput> = {}): Row => [
  `${other} and ${own}`,
  response,
  { question: [other, own], ...more },
];

const ONE_WAY: [string, Buffer, Row[]][] = [
  [
    'OCRA-1:HOTP-SHA1-6:QN08',
    KEYS[20],
    [
      asked('00000000', '237653'),
      asked('11111111', '243178'),
      asked('22222222', '653583'),
      asked('33333333', '740991'),
      asked('44444444', '608993'),
      asked('55555555', '388898'),
      asked('66666666', '816933'),
      asked('77777777', '224598'),
      asked('88888888', '750600'),
      asked('99999999', '294470'),
    ],
  ],
  [
    'OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1',
    KEYS[32],
    [
      counted(0, '12345678', '65347737', { pinDigest }),
      counted(1, '12345678', '86775851', { pinDigest }),
      counted(2, '12345678', '78192410', { pinDigest }),
      counted(3, '12345678', '71565254', { pinDigest }),
      counted(4, '12345678', '10104329', { pinDigest }),
      counted(5, '12345678', '65983500', { pinDigest }),
      counted(6, '12345678', '70069104', { pinDigest }),
      counted(7, '12345678', '91771096', { pinDigest }),
      counted(8, '12345678', '75011558', { pinDigest }),
      counted(9, '12345678', '08522129', { pinDigest }),
    ],
  ],
  [
    'OCRA-1:HOTP-SHA256-8:QN08-PSHA1',
    KEYS[32],
    [
      asked('00000000', '83238735', { pinDigest }),
      asked('11111111', '01501458', { pinDigest }),
      asked('22222222', '17957585', { pinDigest }),
      asked('33333333', '86776967', { pinDigest }),
      asked('44444444', '86807031', { pinDigest }),
    ],
  ],
  [
    'OCRA-1:HOTP-SHA512-8:C-QN08',
    KEYS[64],
    [
      counted(0, '00000000', '07016083'),
      counted(1, '11111111', '63947962'),
      counted(2, '22222222', '70123924'),
      counted(3, '33333333', '25341727'),
      counted(4, '44444444', '33203315'),
      counted(5, '55555555', '34205738'),
      counted(6, '66666666', '44343969'),
      counted(7, '77777777', '51946085'),
      counted(8, '88888888', '20403879'),
      counted(9, '99999999', '31409299'),
    ],
  ],
  [
    'OCRA-1:HOTP-SHA512-8:QN08-T1M',
    KEYS[64],
    [
      asked('00000000', '95209754', { timeStep }),
      asked('11111111', '55907591', { timeStep }),
      asked('22222222', '22048402', { timeStep }),
      asked('33333333', '24218844', { timeStep }),
      asked('44444444', '36209546', { timeStep }),
    ],
  ],
];
const MUTUAL: [string, Buffer, Row[]][] = [
  [
    'OCRA-1:HOTP-SHA256-8:QA08',
    KEYS[32],
    [
      mutual('CLI22220', 'SRV11110', '28247970'),
      mutual('CLI22221', 'SRV11111', '01984843'),
      mutual('CLI22222', 'SRV11112', '65387857'),
      mutual('CLI22223', 'SRV11113', '03351211'),
      mutual('CLI22224', 'SRV11114', '83412541'),
      mutual('SRV11110', 'CLI22220', '15510767'),
      mutual('SRV11111', 'CLI22221', '90175646'),
      mutual('SRV11112', 'CLI22222', '33777207'),
      mutual('SRV11113', 'CLI22223', '95285278'),
      mutual('SRV11114', 'CLI22224', '28934924'),
    ],
  ],
  [
    'OCRA-1:HOTP-SHA512-8:QA08',
    KEYS[64],
    [
      mutual('CLI22220', 'SRV11110', '79496648'),
      mutual('CLI22221', 'SRV11111', '76831980'),
      mutual('CLI22222', 'SRV11112', '12250499'),
      mutual('CLI22223', 'SRV11113', '90856481'),
      mutual('CLI22224', 'SRV11114', '12761449'),
    ],
  ],
  [
    'OCRA-1:HOTP-SHA512-8:QA08-PSHA1',
    KEYS[64],
    [
      mutual('SRV11110', 'CLI22220', '18806276', { pinDigest }),
      mutual('SRV11111', 'CLI22221', '70020315', { pinDigest }),
      mutual('SRV11112', 'CLI22222', '01600026', { pinDigest }),
      mutual('SRV11113', 'CLI22223', '18951020', { pinDigest }),
      mutual('SRV11114', 'CLI22224', '32528969', { pinDigest }),
    ],
  ],
];
const SIGNATURE: [string, Buffer, Row[]][] = [
  [
    'OCRA-1:HOTP-SHA256-8:QA08',
    KEYS[32],
    [
      asked('SIG10000', '53095496'),
      asked('SIG11000', '04110475'),
      asked('SIG12000', '31331128'),
      asked('SIG13000', '76028668'),
      asked('SIG14000', '46554205'),
    ],
  ],
  [
    'OCRA-1:HOTP-SHA512-8:QA10-T1M',
    KEYS[64],
    [
      asked('SIG1000000', '77537423', { timeStep }),
      asked('SIG1100000', '31970405', { timeStep }),
      asked('SIG1200000', '10235557', { timeStep }),
      asked('SIG1300000', '95213541', { timeStep }),
      asked('SIG1400000', '65360607', { timeStep }),
    ],
  ],
];

describe.each([
  ['a response to one party', ONE_WAY],
  ['a response of two parties to each other', MUTUAL],
  ['a signature', SIGNATURE],
])('%s', (_, suites) => {
  describe.each(suites)('the suite %s', (suite, key, rows) => {
    it.each(rows)('the response to %s is %s, as in RFC 6287', (_title, response, input) => {
      expect(ocra({ suite, key, ...input })).toBe(response);
    });
  });
});

describe('a suite', () => {
  it('a suite says how a response is computed', () => {
    expect(parseOcraSuite('OCRA-1:HOTP-SHA512-10:C-QH04-PSHA256-S512-T48H')).toEqual({
      algorithm: 'sha512',
      digits: 10,
      hasCounter: true,
      question: { format: 'H', length: 4 },
      pinDigestBytes: 32,
      sessionBytes: 512,
      stepSeconds: 172_800,
    });
    expect(parseOcraSuite('OCRA-1:HOTP-SHA1-4:QN64')).toEqual({
      algorithm: 'sha1',
      digits: 4,
      hasCounter: false,
      question: { format: 'N', length: 64 },
      pinDigestBytes: null,
      sessionBytes: null,
      stepSeconds: null,
    });
  });

  it.each([
    'OCRA-1:HOTP-SHA512-8:C-QN08-PSHA1',
    'OCRA-1:HOTP-SHA256-6:QA10-T1M',
    'OCRA-1:HOTP-SHA1-4:QH8-S512',
    TRANSACTION_SUITE,
  ])('the suite %s is read and written as in RFC 6287', (suite) => {
    expect(() => parseOcraSuite(suite)).not.toThrow();
  });

  it.each([
    ['', 'not an OCRA-1 suite'],
    ['OCRA-2:HOTP-SHA1-6:QN08', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-MD5-6:QN08', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA384-6:QN08', 'not an OCRA-1 suite'],
    ['OCRA-1:TOTP-SHA1-6:QN08', 'not an OCRA-1 suite'],
    ['ocra-1:hotp-sha1-6:qn08', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-6', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-6:', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-6:C', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-6:CQN08', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-6:QN08-C', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-6:QX08', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-6:Q', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-6:QN08-P', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-6:QN08-PMD5', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-6:QN08-S64', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-6:QN08-T1D', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-6:QN08-T1M-PSHA1', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-6:QN08 ', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-6:QN08\n', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-11:QN08', 'not an OCRA-1 suite'],
    ['OCRA-1:HOTP-SHA1-0:QN08', 'without truncation'],
    ['OCRA-1:HOTP-SHA1-3:QN08', 'digits of a response must be 4 to 10, not 3'],
    ['OCRA-1:HOTP-SHA1-6:QN03', 'length of a question must be 4 to 64, not 3'],
    ['OCRA-1:HOTP-SHA1-6:QN65', 'length of a question must be 4 to 64, not 65'],
    ['OCRA-1:HOTP-SHA1-6:QN08-S000', 'bytes of a session must be 1 to 512, not 0'],
    ['OCRA-1:HOTP-SHA1-6:QN08-S513', 'bytes of a session must be 1 to 512, not 513'],
    ['OCRA-1:HOTP-SHA1-6:QN08-T0S', 'time step must be 1 to 59, not 0'],
    ['OCRA-1:HOTP-SHA1-6:QN08-T60M', 'time step must be 1 to 59, not 60'],
    ['OCRA-1:HOTP-SHA1-6:QN08-T0H', 'time step must be 1 to 48, not 0'],
    ['OCRA-1:HOTP-SHA1-6:QN08-T49H', 'time step must be 1 to 48, not 49'],
  ])('%p is not a suite', (suite, fault) => {
    expect(() => parseOcraSuite(suite)).toThrow(fault);
    expect(() => ocra({ suite, key: KEYS[20], question: '12345678' })).toThrow(fault);
  });

  it.each([
    ['OCRA-1:HOTP-SHA1-6:QN08-T1M', timeStep],
    ['OCRA-1:HOTP-SHA1-6:QN08-T20S', timeStep * 3 + 1],
    ['OCRA-1:HOTP-SHA1-6:QN08-T24H', Date.UTC(2008, 2, 25) / 86_400_000],
  ])('the suite %s has the time step of the RFC: %i', (suite, step) => {
    expect(ocraTimeStep(suite, new Date('2008-03-25T12:06:30Z'))).toBe(step);
  });

  it('a suite without a time has no time step', () => {
    expect(() => ocraTimeStep('OCRA-1:HOTP-SHA1-6:QN08', new Date(0))).toThrow('takes no time step');
  });
});

describe('the inputs of a response', () => {
  const all: OcraInput = {
    suite: 'OCRA-1:HOTP-SHA256-8:C-QA10-PSHA1-S064-T1M',
    key: KEYS[32],
    question: 'SIG1000000',
    counter: 5,
    pinDigest,
    session: Buffer.from('세션'),
    timeStep,
  };
  const bare: OcraInput = { suite: 'OCRA-1:HOTP-SHA256-8:QA10', key: KEYS[32], question: 'SIG1000000' };

  it.each([
    ['key', { key: KEYS[20] }],
    ['suite', { suite: 'OCRA-1:HOTP-SHA256-8:C-QA11-PSHA1-S064-T1M' }],
    ['question', { question: 'SIG1000001' }],
    ['case of the question', { question: 'sIG1000000' }],
    ['counter', { counter: 6 }],
    ['highest counter', { counter: 2n ** 64n - 1n }],
    ['PIN', { pinDigest: createHash('sha1').update('1235').digest() }],
    ['session', { session: Buffer.from('세선') }],
    ['minute', { timeStep: timeStep + 1 }],
  ])('another %s gives another response', (_, other) => {
    expect(ocra({ ...all, ...other })).not.toBe(ocra(all));
  });

  it('the inputs of a response are concatenated as in the implementation of the RFC, a short session padded on the left', () => {
    // Computed with Python's hmac from the text of RFC 6287, 5.1 and appendix A.
    expect(ocra(all)).toBe('88757267');
    expect(ocra({ ...all, session: Buffer.concat([Buffer.alloc(58), Buffer.from('세션')]) })).toBe('88757267');
    expect(ocra({ ...bare, suite: 'OCRA-1:HOTP-SHA512-10:QH64', question: 'aBc' })).toBe('1086860645');
  });

  it.each([
    ['counter', 'counter'],
    ['pinDigest', 'digest of the PIN'],
    ['session', 'session'],
    ['timeStep', 'time step'],
  ] as const)('the inputs of a response must have the %s exactly when the suite takes it', (input, name) => {
    const { [input]: value, ...lacking } = all;
    expect(() => ocra(lacking)).toThrow(`the ${name} is missing`);
    expect(() => ocra({ ...bare, [input]: value })).toThrow(`takes no ${name}`);
  });

  it.each<[string, Partial<OcraInput>, string]>([
    ['a counter below zero', { counter: -1 }, 'out of range'],
    ['a counter of nine bytes', { counter: 2n ** 64n }, 'out of range'],
    ['half a counter', { counter: 0.5 }, 'not an integer'],
    ['a time that is none', { timeStep: NaN }, 'not an integer'],
    ['a digest of another hash', { pinDigest: Buffer.alloc(32) }, 'must have 20 bytes, not 32'],
    ['the PIN itself', { pinDigest: Buffer.from('1234') }, 'must have 20 bytes, not 4'],
    ['a session of 65 bytes', { session: Buffer.alloc(65) }, 'may have 64 bytes, not 65'],
  ])('the inputs of a response are refused when one is %s', (_, fault, message) => {
    expect(() => ocra({ ...all, ...fault })).toThrow(message);
  });

  it.each([
    ['QN08', ''],
    ['QN08', '123456789'],
    ['QN08', '1234567a'],
    ['QN08', '-1234567'],
    ['QN08', '1234 678'],
    ['QN08', '１２３４'],
    ['QN08', '12345678\n'],
    ['QH08', '1234567g'],
    ['QH08', '0x123456'],
    ['QA08', 'SIG-1000'],
    ['QA08', '받는분'],
    ['QA08', 'SIG100000'],
  ])('a question of %s cannot be %p, alone or as one of two, and the error does not repeat it', (taken, question) => {
    const suite = `OCRA-1:HOTP-SHA1-6:${taken}`;
    const message = /^OCRA-1:HOTP-SHA1-6:Q[NHA]08: a question must be 1 to 8 characters of \[[-0-9A-Za-z]+\]$/;
    expect(() => ocra({ suite, key: KEYS[20], question })).toThrow(message);
    expect(() => ocra({ suite, key: KEYS[20], question: ['1234', question] })).toThrow(message);
  });

  it('the inputs of a response may be two of the longest questions', () => {
    for (const format of ['A', 'N', 'H']) {
      const suite = `OCRA-1:HOTP-SHA1-10:Q${format}64`;
      expect(ocra({ suite, key: KEYS[20], question: ['9'.repeat(64), '9'.repeat(64)] })).toMatch(/^\d{10}$/);
    }
  });
});

describe('the code of a transaction', () => {
  const key = KEYS[32];
  const at = new Date('2026-11-22T12:00:30Z');
  const present = at.getTime() / 60_000 - 0.5;
  const question = createHash('sha256').update('a transaction').digest('hex');
  const codeOf = (minute: number, of = question) =>
    ocra({ suite: TRANSACTION_SUITE, key, question: of, timeStep: minute });

  it.each([
    [-2, null],
    [-1, present - 1],
    [0, present],
    [1, present + 1],
    [2, null],
  ])('the code of a transaction that is %i minutes away is accepted for its minute, or not at all', (away, minute) => {
    expect(matchingOcraMinute({ key, question, typed: codeOf(present + away), at })).toBe(minute);
  });

  it('the code of a transaction is right for no other transaction and no other key', () => {
    const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));
    fc.assert(
      fc.property(hash, (other) => {
        const typed = codeOf(present);
        expect(matchingOcraMinute({ key, question: other, typed, at })).toBeNull();
        expect(matchingOcraMinute({ key: Buffer.from(other, 'hex'), question, typed, at })).toBeNull();
      }),
      { seed: 6287 },
    );
  });

  it.each(['', '1234567', '123456789', 'abcdefgh', ' 1234567'])('%p is not the code of a transaction', (typed) => {
    expect(matchingOcraMinute({ key, question, typed, at })).toBeNull();
  });

  it('the code of a transaction exists for the first minute of all, and for none before it', () => {
    expect(matchingOcraMinute({ key, question, typed: codeOf(0), at: new Date(0) })).toBe(0);
  });

  it('the code of a transaction is requested with letters and digits only', () => {
    expect(() => matchingOcraMinute({ key, question: '{}', typed: '12345678', at })).toThrow('a question must be');
  });
});
