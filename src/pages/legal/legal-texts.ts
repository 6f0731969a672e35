import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LOCALES, type Locale } from '../../domain/locale.ts';
import { seoulDay } from '../../domain/person.ts';
import { MOST_BYTES, readSmallText } from '../small-text.ts';
import type { Words } from '../words.ts';
import { en } from './default-en.ts';
import { ko } from './default-ko.ts';
import { REQUIRED_DOCUMENTS, type RequiredDocument, type Retention } from './required-document.ts';

/** A document to which a customer may agree or not, such as `optional-news`. */
export type OptionalDocument = `optional-${string}`;
export type LegalDocument = RequiredDocument | OptionalDocument;

/** One version of a document. It is never changed; a new text is a new version. */
export interface LegalVersion {
  /** The day from which it is in effect, `2026-12-01`. It is the version's name, too. */
  effective: string;
  /** The text in each language, in the part of Markdown that `legal-markdown.ts` reads; its first line is the title. */
  text: Readonly<Record<Locale, string>>;
}

/** An adopter's own documents. A document that is not named keeps the default text. */
export type LegalDocuments = Readonly<Partial<Record<LegalDocument, readonly LegalVersion[]>>>;

/** The versions to which a person agrees, by document. */
export type AgreedVersions = Readonly<Partial<Record<LegalDocument, string>>>;

/** The day of the default texts. Change it together with them. */
const DEFAULT_DAY = '2026-11-28';

const FILE = /^(terms|privacy|optional-[a-z0-9-]{1,40})\.(\d{4}-\d{2}-\d{2})\.([A-Za-z-]{2,12})\.md$/;

/** Terms, privacy policy and optional consents, with all their versions. */
export class LegalTexts {
  private readonly documents: ReadonlyMap<LegalDocument, readonly LegalVersion[]>;

  /** `given` overrides the default documents. Throws for a document without a version in effect or without a language. */
  constructor(words: Words, retention: Retention, given: LegalDocuments = {}) {
    const text = (write: typeof ko, locale: Locale) => write({ ...words.brandIn(locale), ...retention });
    const [korean, english] = [text(ko, 'ko'), text(en, 'en')];
    const inAll = (of: RequiredDocument): Readonly<Record<Locale, string>> =>
      Object.fromEntries(LOCALES.map((locale) => [locale, (locale === 'ko' ? korean : english)[of]])) as Record<
        Locale,
        string
      >;
    const defaults: LegalDocuments = {
      terms: [{ effective: DEFAULT_DAY, text: inAll('terms') }],
      privacy: [{ effective: DEFAULT_DAY, text: inAll('privacy') }],
    };
    const all = Object.entries({ ...defaults, ...given }) as [LegalDocument, readonly LegalVersion[] | undefined][];
    this.documents = new Map(
      all.flatMap(([name, versions]) => (versions ? [[name, checked(name, versions)] as const] : [])),
    );
  }

  /** The names of the optional documents. */
  get optional(): OptionalDocument[] {
    return [...this.documents.keys()].filter((name): name is OptionalDocument => name.startsWith('optional-'));
  }

  /** All versions of a document, newest first; undefined for an unknown document. */
  versions(name: string): readonly LegalVersion[] | undefined {
    return this.documents.get(name as LegalDocument);
  }

  /** The version that is in effect on a day in Seoul; undefined for an unknown document. */
  inEffect(name: string, day = seoulDay(new Date())): LegalVersion | undefined {
    const versions = this.versions(name) ?? [];
    return versions.find(({ effective }) => effective <= day) ?? versions.at(-1);
  }

  /** The versions of the required documents, and of the optional ones in `also`, on a day in Seoul. */
  agreed(also: readonly OptionalDocument[] = [], day = seoulDay(new Date())): AgreedVersions {
    const names: LegalDocument[] = [...REQUIRED_DOCUMENTS, ...this.optional.filter((name) => also.includes(name))];
    return Object.fromEntries(names.map((name) => [name, this.inEffect(name, day)?.effective ?? '']));
  }

  /** The title of a document in one language. */
  title(name: string, locale: Locale): string {
    return titleOf(this.inEffect(name)?.text[locale] ?? '');
  }
}

/** The title of a text: its first line. */
export function titleOf(text: string): string {
  return (text.trimStart().split('\n')[0] ?? '').replace(/^#\s*/, '').trim();
}

/**
 * Reads an adopter's documents from the files of a folder: `terms.2026-12-01.ko.md` for each version and language. Throws
 * for a file with another name, because a text that nobody finds is not in effect, and for a version without a language.
 */
export function readLegalFolder(folder: string, names = legalNames(folder)): LegalDocuments {
  const found = new Map<LegalDocument, Map<string, Partial<Record<string, string>>>>();
  for (const name of names) {
    const [, document, effective, locale] = FILE.exec(name) ?? [];
    if (document === undefined || effective === undefined || locale === undefined) {
      throw new Error(`${name}: a legal text has a name such as terms.2026-12-01.ko.md`);
    }
    const versions = found.get(document as LegalDocument) ?? new Map<string, Partial<Record<string, string>>>();
    found.set(document as LegalDocument, versions);
    versions.set(effective, { ...versions.get(effective), [locale]: readText(join(folder, name), name) });
  }
  const versionsOf = (versions: ReadonlyMap<string, Partial<Record<string, string>>>): LegalVersion[] =>
    [...versions].map(([effective, text]) => ({ effective, text: text as Record<Locale, string> }));
  return Object.fromEntries([...found].map(([name, versions]) => [name, checked(name, versionsOf(versions))]));
}

/** The files of the folder of `LEGAL_TEXTS`. */
function legalNames(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (cause) {
    throw new Error('LEGAL_TEXTS: cannot be read; name a folder that this process may list', { cause });
  }
  return names.filter((name) => name !== 'company.json' && !name.startsWith('.')).sort();
}

function readText(path: string, name: string): string {
  try {
    return readSmallText(path);
  } catch (cause) {
    throw new Error(`${name}: cannot be read; it must be a file in UTF-8 of at most ${MOST_BYTES} bytes`, { cause });
  }
}

function checked(name: string, versions: readonly LegalVersion[]): readonly LegalVersion[] {
  for (const { effective, text } of versions) {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(effective) || Number.isNaN(Date.parse(effective))) {
      throw new Error(`${name}.${effective}: there is no such day; name it as 2026-12-01`);
    }
    const missing = LOCALES.filter((locale) => !text[locale]);
    if (missing.length > 0)
      throw new Error(
        `${name}.${effective} has no text in ${missing.join(', ')}; add ${name}.${effective}.${missing[0]}.md`,
      );
  }
  const sorted = versions.toSorted((one, other) => other.effective.localeCompare(one.effective));
  const today = seoulDay(new Date());
  if (!sorted.some(({ effective }) => effective <= today))
    throw new Error(`no version of ${name} is in effect yet; the first one needs a day up to today, ${today}`);
  return sorted;
}
