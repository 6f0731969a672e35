import { getMetadataStorage, type ValidationError } from 'class-validator';

/** One rule of a member, as its class declares it. */
interface Rule {
  /** What the rule compares with, such as the lengths; undefined for a rule without any. */
  args: readonly unknown[] | undefined;
  /** True if the rule is about each entry of a list. */
  each?: boolean;
  /** Completes `Send birthDate as …`, where the class says more than the table below. */
  message?: string;
}

/** The rules of one member by the names that class-validator gives them, such as `isString`. */
type Rules = ReadonlyMap<string, Rule>;

/** What is said of a member that its class does not have. */
export const UNSUPPORTED = 'This field is not supported. Remove it.';

/** Rules about the form of a value. Where one is broken, the others say nothing: no text of a number is too long. */
const FORMS = ['isString', 'isInt', 'isBoolean', 'isArray', 'isObject', 'nestedValidation'];

/** Completes `Send name as …` for each rule that is used, from all rules of the member, so that one sentence says everything. */
const WANTED: Readonly<Record<string, (rules: Rules) => string>> = {
  isString: textOf,
  isLength: textOf,
  maxLength: textOf,
  matches: textOf,
  isInt: wholeNumberOf,
  min: wholeNumberOf,
  max: wholeNumberOf,
  isBoolean: () => 'true or false',
  isArray: listOf,
  arrayMinSize: listOf,
  arrayMaxSize: listOf,
  arrayUnique: listOf,
  isObject: () => 'a JSON object',
  nestedValidation: () => 'a JSON object',
  isIn: choiceOf,
  isIp: () => 'an IP address',
};

/** The rules of a member of an object, which its class or a class that this one extends declares. */
export function rulesOf(target: object, member: string): Rules {
  const declared = getMetadataStorage().getTargetValidationMetadatas(target.constructor, '', false, false);
  const rules = declared.filter(({ propertyName }) => propertyName === member);
  return new Map(
    rules.map(({ name, type, constraints, each, message }) => [
      name ?? type,
      { args: constraints as unknown[] | undefined, each, ...(typeof message === 'string' && { message }) },
    ]),
  );
}

/** How to correct one member, beside the members below it. */
interface Correction {
  /** One sentence, unless rules of several kinds are broken. */
  sentences: string[];
  /** False if the value has another form than the member, such as a text where an object is wanted. */
  isOfForm: boolean;
}

/** The sentences of the rules that a member broke. They never repeat the value. */
export function sentencesOf({ property, target, constraints = {} }: ValidationError): Correction {
  const rules: Rules = target ? rulesOf(target, property) : new Map();
  const broken = Object.keys(constraints);
  const form = FORMS.find((name) => broken.includes(name) && rules.get(name)?.each !== true);
  const said = form === undefined ? broken : [form];
  return {
    sentences: [...new Set(said.map((name) => sentenceOf(property, name, rules)))],
    isOfForm: form === undefined,
  };
}

/** What is wanted by a rule of a member: the end of `Send name as …`; undefined for a rule that no one described. */
export function wantedBy(name: string, rules: Rules): string | undefined {
  const ofClass = name === 'matches' ? undefined : rules.get(name)?.message;
  return ofClass ?? WANTED[name]?.(rules);
}

function sentenceOf(member: string, name: string, rules: Rules): string {
  if (name === 'whitelistValidation') return UNSUPPORTED;
  const wanted = wantedBy(name, rules) ?? 'the documents say';
  // A member of a list has its number as its name.
  const what = /^\d+$/.test(member) ? 'this' : member;
  return rules.get(name)?.each === true ? `Send each value of ${what} as ${wanted}.` : `Send ${what} as ${wanted}.`;
}

/** `text of 1 to 40 characters`, or what the class says of the text in place of `text`. */
function textOf(rules: Rules): string {
  const [least, most] = (rules.get('isLength')?.args ?? [0, rules.get('maxLength')?.args?.[0]]) as [number, number?];
  const size = most === undefined ? '' : ` of ${amount(least, most, 'character')}`;
  return (rules.get('matches')?.message ?? 'text') + size;
}

/** `a whole number from 0 to 30`. */
function wholeNumberOf(rules: Rules): string {
  const [least, most] = [rules.get('min')?.args?.[0], rules.get('max')?.args?.[0]] as (number | undefined)[];
  return least === undefined || most === undefined ? 'a whole number' : `a whole number from ${least} to ${most}`;
}

/** `a list of 1 to 32 different values`. */
function listOf(rules: Rules): string {
  const [least = 0, most] = [rules.get('arrayMinSize')?.args?.[0], rules.get('arrayMaxSize')?.args?.[0]] as (
    number | undefined
  )[];
  const value = rules.has('arrayUnique') ? 'different value' : 'value';
  return most === undefined ? 'a list' : `a list of ${amount(least, most, value)}`;
}

/** `one of push, otp`, or the only value that there is. */
function choiceOf(rules: Rules): string {
  const choices = (rules.get('isIn')?.args?.[0] ?? []) as readonly unknown[];
  return choices.length === 1 ? String(choices[0]) : `one of ${choices.join(', ')}`;
}

/** `1 to 40 characters`, `at most 40 characters`, `1 value`. */
function amount(least: number, most: number, unit: string): string {
  const units = most === 1 ? unit : `${unit}s`;
  if (least === most) return `${most} ${units}`;
  return least === 0 ? `at most ${most} ${units}` : `${least} to ${most} ${units}`;
}
