import type { LineStatus } from '../../domain/line.ts';
import { nearestName } from '../../domain/nearest-name.ts';
import { isObject, type Json } from './carrier-call.ts';
import { BIRTH_DATE, choiceIn, FACT_VALUES, GENDER_DIGIT, textIn } from './fact-forms.ts';

/** The facts that a product of TMF637 carries as characteristics, by the names that they have without a mapping. */
const FACTS = [
  'carrier',
  'holder',
  'ownerBirthDate',
  'ownerGenderDigit',
  'plan',
  'handsetOs',
  'handsetOsVersion',
  'handsetFormFactor',
  'handsetModel',
] as const;
export type FactName = (typeof FACTS)[number];

/** How the carrier's query takes a number: `+821012345678`, `821012345678`, `01012345678`, `010-1234-5678`. */
const NUMBER_FORMS = ['e164', 'msisdn', 'national', 'hyphenated'] as const;

/** The written forms of a birth date; the facts have the first one. */
const DATE_FORMS = { YYMMDD: BIRTH_DATE, YYYYMMDD: /^\d{8}$/, 'YYYY-MM-DD': /^\d{4}-\d{2}-\d{2}$/ } as const;

/** Where a fact comes from. */
export interface FactRule {
  /** The name of the characteristic; undefined for a fact that is the same for every line. */
  characteristic?: string;
  /** The fact of every line, where the carrier's inventory does not say it. */
  always?: string;
  /** The fact that each value of the characteristic means; another value cannot be understood. */
  values?: ReadonlyMap<string, string>;
  /** How the carrier writes a birth date. */
  form?: keyof typeof DATE_FORMS;
}

/** Which part of a TMF637 product says what. */
export interface CharacteristicMapping {
  number: {
    /** The attribute by which the query filters products (TMF630). */
    filter: string;
    form: (typeof NUMBER_FORMS)[number];
    /** The characteristic that has the number in the answer; by default the member `productSerialNumber` has it. */
    characteristic?: string;
  };
  status: ReadonlyMap<string, LineStatus>;
  facts: Readonly<Record<FactName, FactRule>>;
}

/** The mapping of a carrier that names nothing else. */
export const DEFAULT_MAPPING: CharacteristicMapping = {
  number: { filter: 'productSerialNumber', form: 'e164' },
  // ProductStatusType of TMF637 v4; its specification spells one of them with a trailing blank.
  status: new Map([
    ['active', 'active'],
    ['pendingTerminate', 'active'],
    ['created', 'suspended'],
    ['pendingActive', 'suspended'],
    ['suspended', 'suspended'],
    ['cancelled', 'terminated'],
    ['aborted', 'terminated'],
    ['aborted ', 'terminated'],
    ['terminated', 'terminated'],
  ]),
  facts: Object.fromEntries(FACTS.map((name) => [name, { characteristic: name }])) as Record<FactName, FactRule>,
};

/** Values of one characteristic that a mapping may name. */
const MOST_MEMBERS = 200;
/** The name of an attribute of a product, as a query has it. */
const ATTRIBUTE = /^[A-Za-z@][\w.@-]{0,63}$/;
const CLOSED: Readonly<Partial<Record<FactName, readonly string[]>>> = FACT_VALUES;
const WRITTEN: Readonly<Partial<Record<FactName, RegExp>>> = {
  ownerBirthDate: BIRTH_DATE,
  ownerGenderDigit: GENDER_DIGIT,
};

/**
 * Reads a mapping from JSON, in the form that `src/developers/guide/carrier.md` describes. What is left out keeps its
 * default. Throws an error whose message says which member is at fault and what belongs there.
 */
export function parseMapping(text: string): CharacteristicMapping {
  const document = known('the mapping', jsonIn(text), ['number', 'status', ...FACTS]);
  return {
    number: 'number' in document ? numberIn(document['number']) : DEFAULT_MAPPING.number,
    status: 'status' in document ? statusIn(document['status']) : DEFAULT_MAPPING.status,
    facts: {
      ...DEFAULT_MAPPING.facts,
      ...Object.fromEntries(
        FACTS.filter((name) => name in document).map((name) => [name, ruleIn(name, document[name])]),
      ),
    },
  };
}

/** The text of a fact as a rule reads it from the value of its characteristic; undefined if it cannot be understood. */
export function factBy(name: FactName, { always, values, form = 'YYMMDD' }: FactRule, value: unknown) {
  if (always !== undefined) return always;
  if (values) return isScalar(value) ? values.get(String(value)) : undefined;
  if (name === 'ownerBirthDate') return textIn(value, DATE_FORMS[form])?.replaceAll('-', '').slice(-6);
  const closed = CLOSED[name];
  return closed ? choiceIn(value, closed) : textIn(value, WRITTEN[name]);
}

function numberIn(value: unknown): CharacteristicMapping['number'] {
  const { filter, form, characteristic } = known('number', value, ['filter', 'form', 'characteristic']);
  if (filter !== undefined && (textIn(filter, ATTRIBUTE) === undefined || filter === 'limit'))
    throw fault('number.filter', 'must be the name of an attribute, such as productSerialNumber');
  if (form !== undefined && choiceIn(form, NUMBER_FORMS) === undefined)
    throw fault('number.form', `must be one of ${NUMBER_FORMS.join(', ')}`);
  return {
    filter: textIn(filter) ?? DEFAULT_MAPPING.number.filter,
    form: choiceIn(form, NUMBER_FORMS) ?? DEFAULT_MAPPING.number.form,
    ...(characteristic !== undefined && { characteristic: nameIn('number.characteristic', characteristic) }),
  };
}

function statusIn(value: unknown): ReadonlyMap<string, LineStatus> {
  const meanings = valuesIn('status', value, FACT_VALUES.status) as Map<string, LineStatus>;
  if (![...meanings.values()].includes('active'))
    throw fault('status', 'must say which status of a product means active');
  return meanings;
}

function ruleIn(name: FactName, value: unknown): FactRule {
  const isDate = name === 'ownerBirthDate';
  const members = isDate ? ['characteristic', 'form'] : ['characteristic', 'always', 'values'];
  const { characteristic, always, values, form } = known(name, value, members);
  if ((characteristic === undefined) === (always === undefined))
    throw fault(name, isDate ? 'must have a characteristic' : 'must have either a characteristic or always');
  if (always !== undefined && values !== undefined) throw fault(name, 'has values, which always does not need');
  if (always !== undefined) return { always: meaningIn(`${name}.always`, name, always) };
  if (form !== undefined && (typeof form !== 'string' || !Object.hasOwn(DATE_FORMS, form)))
    throw fault(`${name}.form`, `must be one of ${Object.keys(DATE_FORMS).join(', ')}`);
  return {
    characteristic: nameIn(`${name}.characteristic`, characteristic),
    ...(values !== undefined && { values: valuesIn(`${name}.values`, values, name) }),
    ...(form !== undefined && { form: form as keyof typeof DATE_FORMS }),
  };
}

function valuesIn(where: string, value: unknown, of: FactName | readonly string[]): Map<string, string> {
  if (!isObject(value) || Object.keys(value).length === 0)
    throw fault(where, 'must be an object that gives each value of the carrier its meaning');
  const all = Object.entries(value);
  if (all.length > MOST_MEMBERS) throw fault(where, `must have at most ${MOST_MEMBERS} values`);
  return new Map(all.map(([said, meaning]) => [said, meaningIn(`${where}.${quoted(said)}`, of, meaning)]));
}

function meaningIn(where: string, of: FactName | readonly string[], meaning: unknown): string {
  const choices = typeof of === 'string' ? CLOSED[of] : of;
  if (choices) {
    const choice = choiceIn(meaning, choices);
    if (choice === undefined) throw fault(where, `must be one of ${choices.join(', ')}`);
    return choice;
  }
  const pattern = typeof of === 'string' ? WRITTEN[of] : undefined;
  const text = textIn(meaning, pattern);
  if (text === undefined) throw fault(where, pattern ? 'must be one digit' : 'must be one line of text');
  return text;
}

function nameIn(where: string, value: unknown): string {
  const name = textIn(value);
  if (name === undefined) throw fault(where, 'must be the name of a characteristic');
  return name;
}

function known(where: string, value: unknown, members: readonly string[]): Json {
  if (!isObject(value)) throw fault(where, 'must be a JSON object');
  const unknown = Object.keys(value).find((name) => !members.includes(name));
  if (unknown !== undefined)
    throw fault(where, `has no member ${quoted(unknown)}; is ${nearestName(unknown, members)?.nearest} meant?`);
  return value;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw fault('the mapping', 'must be JSON');
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

/** A name of the file in a message, shortened, because an operator may have given the wrong file. */
function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 40));
}

function fault(where: string, sentence: string): Error {
  return new Error(`${where} ${sentence}`);
}
