import { withChangedTexts, type ChangedTexts } from '../domain/changed-texts.ts';
import { LOCALES, type Locale } from '../domain/locale.ts';
import type { Company } from './company.ts';
import { inEachLanguage } from './language.ts';
import { brandNames, LONGEST_SERVICE_NAME, type Brand, type BrandNames } from './brand.ts';

/** The texts of one room: a function of the brand's names for each language. */
export interface RoomWords<Texts extends object> {
  /** The name by which an adopter's changes address the room. */
  readonly room: string;
  readonly languages: Readonly<Record<Locale, (brand: BrandNames) => Texts>>;
}

/**
 * The texts of a room, from its file `words/<language>.ts` for each language. Throws when a language has none. The files
 * say by their type that they have every text, because the compiler does not see which files are loaded.
 */
export async function roomWords<Texts extends object>(
  room: string,
  load: (locale: Locale) => Promise<unknown>,
): Promise<RoomWords<Texts>> {
  return { room, languages: await inEachLanguage(room, load) };
}

/** Texts that are the same in every language, such as those of messages to a phone whose language is unknown. */
export function sameInEachLanguage<Texts extends object>(room: string, texts: Texts): RoomWords<Texts> {
  const languages = LOCALES.map((locale) => [locale, () => texts] as const);
  return { room, languages: Object.fromEntries(languages) as Record<Locale, () => Texts> };
}

/** Changed texts of a room: any part of it. Lists and functions are replaced as a whole. */
export type Changed<Texts> = Texts extends string | readonly unknown[] | ((...values: never[]) => unknown)
  ? Texts
  : { readonly [Name in keyof Texts]?: Changed<Texts[Name]> };

/** An adopter's changes by room and language. */
export type WordChanges = Readonly<Record<string, Partial<Record<Locale, object>> | undefined>>;

/** Changed texts by language and key. The first part of a key is the room, or one of `TEXTS_OF_SCRIPTS`. */
export type TextsByKey = Readonly<Partial<Record<Locale, ChangedTexts>>>;

/**
 * The first part of the keys of the texts that a script has of its own, by the name of the script. Every other script shows
 * what the server wrote into its page.
 */
const TEXTS_OF_SCRIPTS: Readonly<Partial<Record<string, string>>> = {
  'installed.js': 'app',
  'phone.js': 'app',
  'service-worker.js': 'pushed',
  'window.js': 'windowScript',
};

/** The person who reads a page: the language, and the texts of every room in it. */
export interface Reader {
  readonly locale: Locale;
  /** The company behind the service. */
  readonly company?: Company;
  /** When the call centre answers; undefined if the adopter does not say. */
  readonly callCentreHours: string | undefined;
  words<Texts extends object>(room: RoomWords<Texts>): Texts;
}

/** All texts for people, in the names of the brand and with the adopter's changes. Each is made once. */
export class Words {
  private readonly made = new Map<RoomWords<object>, Map<Locale, object>>();
  private readonly readers: Readonly<Record<Locale, Reader>>;

  constructor(
    readonly brand: Brand,
    private readonly changes: WordChanges = {},
    private readonly texts: TextsByKey = {},
  ) {
    if (brand.service.ko.length > LONGEST_SERVICE_NAME) {
      throw new Error(`brand.service.ko has more than ${LONGEST_SERVICE_NAME} characters`);
    }
    const readerIn = (locale: Locale): Reader => ({
      locale,
      words: (room) => this.of(room, locale),
      ...(brand.company && { company: brand.company }),
      callCentreHours: brand.callCentreHours?.[locale],
    });
    this.readers = Object.fromEntries(LOCALES.map((locale) => [locale, readerIn(locale)])) as Record<Locale, Reader>;
  }

  /** The texts of a room in one language. */
  of<Texts extends object>(room: RoomWords<Texts>, locale: Locale): Texts {
    const languages = this.made.get(room) ?? new Map<Locale, object>();
    this.made.set(room, languages);
    const texts = (languages.get(locale) ?? this.make(room, locale)) as Texts;
    languages.set(locale, texts);
    return texts;
  }

  /** A reader of this language, with access to the texts of all rooms. */
  reader(locale: Locale): Reader {
    return this.readers[locale];
  }

  /** The names of the brand in one language. */
  brandIn(locale: Locale): BrandNames {
    return brandNames(this.brand, locale);
  }

  /** What the script of a page is told in one language: the names of the brand, and the changed texts of this script. */
  scriptData(script: string, locale: Locale): BrandNames & { texts: ChangedTexts } {
    return { ...this.brandIn(locale), texts: this.scriptTexts(script, locale) };
  }

  /** The changed texts in one language that a script has of its own. */
  scriptTexts(script: string, locale: Locale): ChangedTexts {
    const part = TEXTS_OF_SCRIPTS[script];
    if (part === undefined) return {};
    const texts = Object.entries(this.texts[locale] ?? {}).filter(([key]) => key.startsWith(`${part}.`));
    return Object.fromEntries(texts);
  }

  private make<Texts extends object>({ room, languages }: RoomWords<Texts>, locale: Locale): Texts {
    const texts = withChangedTexts(languages[locale](this.brandIn(locale)), room, this.texts[locale] ?? {});
    return merged(texts, this.changes[room]?.[locale] ?? {});
  }
}

function merged<Texts extends object>(texts: Texts, changes: object): Texts {
  const result = { ...texts } as Record<string, unknown>;
  for (const [name, change] of Object.entries(changes) as [string, unknown][]) {
    const before = result[name];
    if (change !== undefined) result[name] = isGroup(before) && isGroup(change) ? merged(before, change) : change;
  }
  return result as Texts;
}

/** Returns true for a group of texts, and false for a text, a list or a function. */
function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
