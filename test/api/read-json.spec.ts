import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../../src/domain/problem.ts';
import { pointerBelow } from '../../src/http/faults.ts';
import { keepingSequences, readJson } from '../../src/http/read-json.ts';

const key = fc.string({ unit: 'binary', maxLength: 8 });
/** Objects of the maximum nesting that a request body may have. */
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value;
const body = fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true });
const refusal = (text: string) => {
  try {
    readJson(text);
    return undefined;
  } catch (error) {
    return error instanceof Problem ? error.code : 'another error';
  }
};
/** The only place that the refusal of a text names. */
const placeIn = (text: string) => {
  try {
    return readJson(text);
  } catch (error) {
    return error instanceof Problem && error.members.errors?.map(({ pointer }) => pointer).join(' and ');
  }
};

describe('a JSON body', () => {
  it('a JSON body is read as JSON defines, whatever its texts contain, and however it is laid out', () => {
    fc.assert(
      fc.property(body, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(readJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('a JSON body that names a key twice is refused, wherever it does, and the key is named', () => {
    fc.assert(
      fc.property(
        body,
        key,
        fc.jsonValue({ maxDepth: 1 }),
        fc.jsonValue({ maxDepth: 1 }),
        (value, name, one, other) => {
          const twice = `{${JSON.stringify(name)}:${JSON.stringify(one)},${escaped(name)}:${JSON.stringify(other)}}`;
          const pointer = pointerBelow('', name);
          expect([refusal(twice), placeIn(twice)]).toEqual(['invalid_request', pointer]);
          const around = JSON.stringify({ ...value, 'the inner one': 'here' }).replace('"here"', () => twice);
          expect([refusal(around), placeIn(around)]).toEqual(['invalid_request', `/the inner one${pointer}`]);
          const listed = `{"list":[{},${twice}]}`;
          expect([refusal(listed), placeIn(listed)]).toEqual(['invalid_request', `/list/1${pointer}`]);
        },
      ),
    );
  });

  it('a JSON body that is no object is refused, and causes no other error', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect([undefined, 'invalid_request']).toContain(refusal(text));
      }),
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'the key %s is a key like others: it is kept, and refused twice',
    (name) => {
      expect(Object.entries(readJson(`{"${name}":1}`))).toEqual([[name, 1]]);
      expect(refusal(`{"${name}":1,"${name}":1}`)).toBe('invalid_request');
      expect(refusal(`{"a":[{"${name}":{},"${name}":{}}]}`)).toBe('invalid_request');
    },
  );

  it('only the digits of a member sequence are kept as text, whatever other names and texts look like', () => {
    const alike = fc.constantFrom('a"sequence', '"sequence', 'sequence\\', 'sequence"', '"sequence":9007199254740993}');
    const large = fc.constantFrom<unknown>(Number('1796098000000000000'), '"sequence":9007199254740993', [2 ** 60]);
    const others = fc.dictionary(alike, fc.oneof(large, fc.dictionary(alike, large)), { noNullPrototype: true });
    fc.assert(
      fc.property(others, fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify({ ...value, sequence: '#' }, null, indent);
        const digits = '9007199254740993';
        const kept = keepingSequences(text.replace('"#"', digits));
        expect(JSON.parse(kept)).toEqual({ ...value, sequence: digits });
      }),
    );
  });

  it('a JSON body is read to eight levels and not to nine', () => {
    const nested = (levels: number) => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
    expect(refusal(nested(8))).toBeUndefined();
    expect(refusal(nested(9))).toBe('invalid_request');
  });
});

/** Writes every character of the same key as an escape. */
function escaped(name: string): string {
  const units = Array.from({ length: name.length }, (_, at) => name.charCodeAt(at).toString(16).padStart(4, '0'));
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
}
