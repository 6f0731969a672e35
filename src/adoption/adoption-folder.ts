import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ChangedTexts } from '../domain/changed-texts.ts';
import { LOCALES, type Locale } from '../domain/locale.ts';
import { brandNames, DEFAULT_BRAND, type Brand } from '../pages/brand.ts';
import { checkCompany } from '../pages/company.ts';
import { readLegalFolder, type LegalDocuments } from '../pages/legal/legal-texts.ts';
import { MOST_BYTES, readSmallText } from '../pages/small-text.ts';
import { readBrandFile } from './brand-file.ts';
import { adoptableTexts } from './rooms.ts';
import { readWordFile } from './word-file.ts';

/** What a folder of files changes in a service, in the form that the foundation takes. */
export interface Adoption {
  brand: Partial<Brand>;
  texts: Readonly<Partial<Record<Locale, ChangedTexts>>>;
  legal: LegalDocuments;
}

type Document = Readonly<Record<string, unknown>>;

const WORDS = /^words\.([A-Za-z-]{2,12})\.json$/;
const LEGAL = /^(terms|privacy|optional-[a-z0-9-]{1,40})\./;

/**
 * Reads the folder with an adopter's brand, words and legal texts, as the guide "Adopting" describes it. `given` is the
 * brand of a program, which the texts name too. Throws one error with a sentence for every fault: file, key, and what to do.
 */
export async function readAdoptionFolder(folder: string, given: Partial<Brand> = {}): Promise<Adoption> {
  const faults: string[] = [];
  const names = namesIn(folder, faults);
  /** What `use` makes of one file; undefined if the file is not there or has a fault. */
  const from = <Result>(name: string, use: (document: Document, own: string[]) => Result): Result | undefined => {
    if (!names.includes(name)) return undefined;
    const own: string[] = [];
    const result = attempt(() => use(documentIn(readText(folder, name)), own), own);
    faults.push(...own.map((fault) => `${name}: ${fault}`));
    return result;
  };

  const company = from('company.json', checkCompany);
  const logos = new Set<string>();
  const readLogo = (name: string) => readText(folder, name);
  const ofFile = from('brand.json', (document, own) => {
    logos.add(String(document['logo']));
    return readBrandFile(document, readLogo, own);
  });
  // A brand.json that cannot be read may name it.
  const isUnclear = names.includes('brand.json') && !ofFile;
  const unnamed = isUnclear ? [] : names.filter((name) => name.endsWith('.svg') && !logos.has(name));
  faults.push(...unnamed.map((name) => `${name}: brand.json does not name it; add "logo": ${JSON.stringify(name)}`));
  const brand: Partial<Brand> = { ...ofFile, ...(company && { company }) };

  const texts: Partial<Record<Locale, ChangedTexts>> = {};
  const whole = { ...DEFAULT_BRAND, ...brand, ...given };
  for (const locale of LOCALES.filter((one) => names.includes(`words.${one}.json`))) {
    const known = await adoptableTexts(whole, locale);
    const read = (document: Document, own: string[]) => readWordFile(document, known, brandNames(whole, locale), own);
    texts[locale] = from(`words.${locale}.json`, read) ?? {};
  }
  const ofLaw = names.filter((name) => LEGAL.test(name));
  const legal = attempt(() => readLegalFolder(folder, ofLaw), faults);
  if (faults.length > 0) throw new Error(`Correct these files in ADOPTION_DIR:\n  ${faults.join('\n  ')}`);
  return { brand, texts, legal: legal ?? {} };
}

/** The files of the folder. One that nothing reads is a fault: its author believes that it is in effect. */
function namesIn(folder: string, faults: string[]): string[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch {
    throw new Error('ADOPTION_DIR cannot be read; name a folder that this process may list');
  }
  for (const name of names.sort()) {
    const locale = WORDS.exec(name)?.[1];
    if (locale !== undefined) {
      if (!(LOCALES as readonly string[]).includes(locale))
        faults.push(`${name}: the service has no language ${locale}, only ${LOCALES.join(', ')}`);
    } else if (!LEGAL.test(name) && !/^(brand\.json|company\.json|README\.md|.*\.svg)$/.test(name)) {
      faults.push(
        `${name}: nothing reads a file of this name; there are brand.json, company.json, words.ko.json, terms.2026-12-01.ko.md and the logo`,
      );
    }
  }
  return names;
}

function readText(folder: string, name: string): string {
  try {
    return readSmallText(join(folder, name));
  } catch {
    throw new Error(`cannot be read; it must be a file in UTF-8 of at most ${MOST_BYTES} bytes`);
  }
}

function documentIn(text: string): Document {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    // V8 names the place and quotes a few characters around it, which are the author's own public texts.
    throw new Error(`is not JSON: ${(error as Error).message.replace(/\s+/g, ' ')}`, { cause: error });
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new Error('must be a JSON object: {"…": "…"}');
  const repeated = repeatedKey(text);
  if (repeated !== undefined) throw new Error(`must have ${repeated} only once; the first one would have no effect`);
  return document as Document;
}

/** The first key that an object of a JSON text has twice. `JSON.parse` takes the last one and says nothing. */
function repeatedKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [token, colon] of text.matchAll(/[{}]|"(?:[^"\\]|\\.)*"(\s*:)?/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon !== undefined) {
      const key = token.slice(0, -colon.length);
      if (open.at(-1)?.has(key)) return key;
      open.at(-1)?.add(key);
    }
  }
  return undefined;
}

function attempt<Result>(work: () => Result, faults: string[]): Result | undefined {
  try {
    return work();
  } catch (error) {
    faults.push((error as Error).message);
    return undefined;
  }
}
