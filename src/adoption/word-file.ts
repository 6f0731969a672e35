import { nearestName } from '../domain/nearest-name.ts';
import type { BrandNames } from '../pages/brand.ts';
import { SHOWN_TEXT } from '../http/plain-text.ts';
import type { KeyedText } from './texts.ts';

/** The longest text that replaces another one, in characters. */
const LONGEST = 1_000;
/** The longest purpose of an authentication (`POST /v1/authentications`). */
const LONGEST_PURPOSE = 40;
/** What iOS and Android show of a notification on a locked screen, about. */
const LONGEST_PUSH = 120;
/** What a text message holds in Korean (GSM 03.40: 140 octets, two for each character). */
const ONE_MESSAGE = 70;
/** The longest values of the two notices with one: 24 characters of a code with hyphens, and none for a link. */
const CODE_LENGTH = 23;

/**
 * Checks the changed texts of one language, a JSON object of key and text, and returns them with the names of the brand
 * filled in. Each fault is one sentence in `faults`, with the key; the text itself is never part of it.
 */
export function readWordFile(
  document: unknown,
  known: ReadonlyMap<string, KeyedText>,
  brand: BrandNames,
  faults: string[],
): Map<string, string> {
  const changes = new Map<string, string>();
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    faults.push('must be a JSON object of keys and texts');
    return changes;
  }
  for (const [key, text] of Object.entries(document) as [string, unknown][]) {
    const fault = faultOf(key, text, known, brand);
    if (fault !== null) faults.push(`${JSON.stringify(key.slice(0, 100))} ${fault}`);
    else changes.set(key, named(text as string, brand));
  }
  return changes;
}

function faultOf(key: string, text: unknown, known: ReadonlyMap<string, KeyedText>, brand: BrandNames): string | null {
  const present = known.get(key);
  if (!present) return `is no key; is ${nearestName(key.slice(0, 100), known.keys())?.nearest ?? 'another'} meant?`;
  if (present.text === null) return 'is a text that the program computes; change it by `words` of a program';
  if (typeof text !== 'string') return 'must be a text';
  if (text.length > LONGEST) return `must have at most ${LONGEST} characters`;
  if (!SHOWN_TEXT.test(text)) return 'must be one line of visible text without control or invisible characters';
  return placeholderFault(text, present) ?? messageFault(key, named(text, brand), brand);
}

/** The values of the text must all be there, because a sentence without its name or number misleads people. */
function placeholderFault(text: string, { values }: KeyedText): string | null {
  const used = [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
  const allowed = [...values.map(String), 'service', 'carrier', 'callCentre'];
  const unknown = used.find((name) => !allowed.includes(name));
  const list = values.map((at) => `{${at}}`).join(', ');
  if (unknown !== undefined)
    return `has {${unknown.slice(0, 20)}}, which means nothing here; it may have ${allowed.map((one) => `{${one}}`).join(', ')}`;
  if (values.some((at) => !used.includes(String(at)))) return `must have ${list}, as the present text has`;
  return null;
}

/** A notice is one text message behind the name of the service, without digits that look like a code or an address. */
function messageFault(key: string, text: string, { service }: BrandNames): string | null {
  if (key.startsWith('customers.purposes.') && text.length > LONGEST_PURPOSE)
    return `must have at most ${LONGEST_PURPOSE} characters, because it is the purpose of an authentication`;
  if (key.startsWith('pushes.') && text.length > LONGEST_PUSH)
    return `must have at most ${LONGEST_PUSH} characters, because phones cut longer notifications`;
  if (!key.startsWith('notices.')) return null;
  const plain = text.replace(/\{\d\}/g, '');
  const length = `[${service}] ${plain}`.length + (key === 'notices.enrolmentCode' ? CODE_LENGTH : 0);
  if (key !== 'notices.enrolmentLink' && length > ONE_MESSAGE)
    return `must fit one text message of ${ONE_MESSAGE} characters with the name of the service; it has ${length}`;
  if (/\d{6}/.test(plain.replace(/[\s\p{Dash}]/gu, '')))
    return 'must not have six digits in a row, which look like a code';
  if (/https?:|www\./i.test(plain)) return 'must not have an address: people are told to trust no link';
  return null;
}

function named(text: string, brand: BrandNames): string {
  return text.replace(
    /\{(service|carrier|callCentre)\}/g,
    (_, name: 'service' | 'carrier' | 'callCentre') => brand[name],
  );
}
