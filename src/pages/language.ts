import { LOCALES, type Locale } from '../domain/locale.ts';

/** What every page needs of a language beside its texts. The file `words/<language>.ts` exports it as `language`. */
export interface Language {
  /** The label of the links to the other languages. */
  switchLabel: string;
  /** The names of a brand whose adopter gives none. */
  defaultBrand: { service: string; carrier: string };
  /** A day: `1990. 1. 1.`, `1 Jan 1990`. */
  day: (year: number, month: number, date: number) => string;
  /** A month: `2026년 11월`, `Nov 2026`. */
  month: (year: number, month: number) => string;
  /** A day, as `day` writes it, with a time of day: `2026. 11. 22. 오후 3:05`, `22 Nov 2026, 15:05`. */
  time: (day: string, hours: number, minutes: number) => string;
  /** An amount without its sign, given as `1,100`: `1,100원`, `₩1,100`. */
  won: (digits: string) => string;
  /** A time, given as `12.3`: `12.3초`, `12.3 s`. */
  seconds: (digits: string) => string;
}

/**
 * Loads what each language's file exports under `name`, or under the language's own code when `name` is left out.
 * Throws when a language has no such file or export, which ends the start of the service.
 */
export async function inEachLanguage<Exported>(
  room: string,
  load: (locale: Locale) => Promise<unknown>,
  name?: string,
): Promise<Readonly<Record<Locale, Exported>>> {
  const loadOne = async (locale: Locale) => {
    const file = `words/${locale}.ts of ${room}`;
    const module = await load(locale).catch((cause: unknown) => {
      throw new Error(`cannot load ${file}, which the language ${locale} of domain/locale.ts needs`, { cause });
    });
    const exported = (module as Readonly<Record<string, unknown>>)[name ?? locale];
    if (exported === undefined) throw new Error(`${file} exports no ${name ?? locale}`);
    return [locale, exported];
  };
  return Object.fromEntries(await Promise.all(LOCALES.map(loadOne))) as Record<Locale, Exported>;
}

export const LANGUAGE = await inEachLanguage<Language>('pages', (locale) => import(`./words/${locale}.ts`), 'language');
