import { noticeSms, ONE_MESSAGE } from '../delivery/delivery-message.ts';
import { filled, type ChangedTexts } from '../domain/changed-texts.ts';
import { nearestName } from '../domain/nearest-name.ts';
import { SHOWN_TEXT } from '../http/plain-text.ts';
import type { BrandNames } from '../pages/brand.ts';
import { messageFault } from './message-fault.ts';
import type { KeyedText } from './texts.ts';

/** The longest text that replaces another one, in characters. */
const LONGEST = 1_000;
/** The longest purpose of an authentication (`POST /v1/authentications`). */
const LONGEST_PURPOSE = 40;
/** What iOS and Android show of a notification on a locked screen, about. */
const LONGEST_PUSH = 120;
/** An enrolment code as it is sent: four groups of five characters, with hyphens. */
const CODE = 'XXXXX-XXXXX-XXXXX-XXXXX';

/**
 * Checks the changed texts of one language, a JSON object of key and text, and returns them with the names of the brand
 * filled in. Each fault is one sentence in `faults`, with the key; the text itself is never part of it.
 */
export function readWordFile(
  document: Readonly<Record<string, unknown>>,
  known: ReadonlyMap<string, KeyedText>,
  brand: BrandNames,
  faults: string[],
): ChangedTexts {
  const changes: Record<string, string> = {};
  for (const [key, text] of Object.entries(document)) {
    const fault = faultOf(key, text, known, brand);
    if (fault !== null) faults.push(`${JSON.stringify(key.slice(0, 100))} ${fault}`);
    else changes[key] = named(text as string, brand);
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
  return placeholderFault(text, present) ?? placeFault(key, text, brand);
}

/** The values of the text must all be there, because a sentence without its name or number misleads people. */
function placeholderFault(text: string, { values }: KeyedText): string | null {
  const used = [...text.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
  const allowed = [...values.map(String), 'service', 'carrier', 'callCentre'];
  const unknown = used.find((name) => !allowed.includes(name));
  if (unknown !== undefined) {
    const list = allowed.map((name) => `{${name}}`).join(', ');
    return `has {${unknown.slice(0, 20)}}, which means nothing here; it may have ${list}`;
  }
  if (values.every((at) => used.includes(String(at)))) return null;
  return `must have ${values.map((at) => `{${at}}`).join(', ')}, as the present text has`;
}

/** What is wrong with a text in its place: some places have room for a few characters, or trust that texts have no code. */
function placeFault(key: string, text: string, brand: BrandNames): string | null {
  const { length } = named(text, brand);
  if (key.startsWith('customers.purposes.') && length > LONGEST_PURPOSE)
    return `must have at most ${LONGEST_PURPOSE} characters, because it is the purpose of an authentication`;
  if (key.startsWith('pushes.') && length > LONGEST_PUSH)
    return `must have at most ${LONGEST_PUSH} characters, because phones cut longer notifications`;
  if (!key.startsWith('notices.')) return null;
  // Names may make an address or digits of what stands beside them. The call centre’s own number may be dialled.
  const sent = named(text, { ...brand, callCentre: '{callCentre}' });
  return messageFault(sent) ?? lengthFault(key, text, brand);
}

/** A notice fits one text message with the name of the service in front. The one with a link never does. */
function lengthFault(key: string, text: string, brand: BrandNames): string | null {
  const { length } = noticeSms({ service: brand.service, text: filled(named(text, brand), [CODE]) });
  if (length <= ONE_MESSAGE || key === 'notices.enrolmentLink') return null;
  return `must fit one text message of ${ONE_MESSAGE} characters with the name of the service; it has ${length}`;
}

function named(text: string, brand: BrandNames): string {
  return text.replace(
    /\{(service|carrier|callCentre)\}/g,
    (_, name: 'service' | 'carrier' | 'callCentre') => brand[name],
  );
}
