import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOCALES, type Locale } from '../domain/locale.ts';
import { brandNames, DEFAULT_BRAND, type Brand } from '../pages/brand.ts';
import { readCompany } from '../pages/company.ts';
import { readLegalFolder, type LegalDocuments } from '../pages/legal/legal-texts.ts';
import type { ScriptWords, WordChanges } from '../pages/words.ts';
import { readBrandFile } from './brand-file.ts';
import { adoptedRooms, type AdoptedRoom } from './rooms.ts';
import { textsByKey, withTexts, type KeyedText } from './texts.ts';
import { readWordFile } from './word-file.ts';

/** What a folder of files changes in a service, in the form that the foundation takes. */
export interface Adoption {
  brand: Partial<Brand>;
  words: WordChanges;
  scriptWords: ScriptWords;
  legal: LegalDocuments;
}

/** Bytes of one file; the longest text of terms in use has some 60 KiB. */
const MOST_BYTES = 512 * 1024;
const WORDS = /^words\.([A-Za-z-]{2,12})\.json$/;
const LEGAL = /^(terms|privacy|optional-[a-z0-9-]{1,40})\./;

/**
 * Reads the folder with an adopter's brand, words and legal texts, as the guide "Adopting" describes it. `given` is the
 * brand of a program, which the texts also name. Throws one error that names every fault with its file.
 */
export async function readAdoptionFolder(folder: string, given: Partial<Brand> = {}): Promise<Adoption> {
  const faults: string[] = [];
  const names = namesIn(folder, faults);
  const read = (name: string): string | undefined => textOf(folder, name);
  const json = (name: string, use: (document: unknown, own: string[]) => void) => {
    if (!names.includes(name)) return;
    const own: string[] = [];
    const document = jsonIn(read(name), own);
    if (own.length === 0) use(document, own);
    faults.push(...own.map((fault) => `${name}: ${fault}`));
  };
  let ofFile: Partial<Brand> = {};
  json('brand.json', (document, own) => void (ofFile = readBrandFile(document, read, own)));
  const brand = {
    ...ofFile,
    ...attempt(() => (names.includes('company.json') ? readCompany(folder) : {}), {}, faults),
  };
  const legal = attempt(
    () => readLegalFolder(folder, { variable: 'ADOPTION_DIR', besides: (name) => !LEGAL.test(name) }),
    {},
    faults,
  );
  const full = { ...DEFAULT_BRAND, ...brand, ...given };
  const words: Record<string, Partial<Record<Locale, object>>> = {};
  const scriptWords: Partial<Record<Locale, Record<string, string>>> = {};
  const rooms = await adoptedRooms();
  for (const locale of LOCALES) {
    json(`words.${locale}.json`, (document, own) => {
      const names = brandNames(full, locale);
      const changes = readWordFile(document, knownTexts(rooms, full, locale), names, own);
      if (own.length > 0) return;
      for (const { room, isOfScripts, textsIn } of rooms) {
        const ofRoom = new Map([...changes].filter(([key]) => key.startsWith(`${room}.`)));
        if (ofRoom.size === 0) continue;
        if (isOfScripts) scriptWords[locale] = { ...scriptWords[locale], ...Object.fromEntries(ofRoom) };
        else words[room] = { ...words[room], [locale]: withTexts(textsIn(locale, names), room, ofRoom) };
      }
    });
  }
  if (faults.length > 0) throw new Error(`Correct these files in ADOPTION_DIR:\n  ${faults.join('\n  ')}`);
  return { brand, words, scriptWords, legal };
}

/** Every text that a file of this language may replace, by key. */
export function knownTexts(
  rooms: readonly AdoptedRoom[],
  brand: Brand,
  locale: Locale,
): ReadonlyMap<string, KeyedText> {
  const ofLocale = rooms.filter(({ locales }) => locales === 'all' || locales.includes(locale));
  return new Map(
    ofLocale.flatMap(({ room, textsIn }) => [...textsByKey(textsIn(locale, brandNames(brand, locale)), room)]),
  );
}

/** The files of the folder. One that nothing reads is a fault: its author believes that it is in effect. */
function namesIn(folder: string, faults: string[]): string[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch {
    throw new Error('ADOPTION_DIR cannot be read: it must be a folder that this process may list');
  }
  for (const name of names.sort()) {
    const locale = WORDS.exec(name)?.[1];
    const isKnown =
      ['brand.json', 'company.json', 'README.md'].includes(name) || LEGAL.test(name) || /\.svg$/.test(name);
    if (locale !== undefined && !(LOCALES as readonly string[]).includes(locale))
      faults.push(`${name}: the service has no language ${locale}, only ${LOCALES.join(', ')}`);
    else if (locale === undefined && !isKnown)
      faults.push(
        `${name}: nothing reads a file of this name; there are brand.json, company.json, words.ko.json, terms.2026-12-01.ko.md and the logo`,
      );
  }
  return names;
}

function textOf(folder: string, name: string): string | undefined {
  try {
    const bytes = readFileSync(join(folder, name));
    return bytes.length > MOST_BYTES ? undefined : new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function jsonIn(text: string | undefined, faults: string[]): unknown {
  if (text === undefined) {
    faults.push(`cannot be read: it must be a file in UTF-8 of at most ${MOST_BYTES} bytes`);
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8 names the place and quotes a few characters around it, which are the author's own public texts.
    faults.push(`is not JSON: ${(error as Error).message}`);
    return undefined;
  }
}

function attempt<Result>(work: () => Result, otherwise: Result, faults: string[]): Result {
  try {
    return work();
  } catch (error) {
    faults.push((error as Error).message);
    return otherwise;
  }
}
