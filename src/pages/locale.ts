import { localeNamed, LOCALES, type Locale } from '../domain/locale.ts';

/** The language of a page: the value of `?lang=` if it is known, else `otherwise`. */
export function localeOf(requested: string | undefined, otherwise: Locale = LOCALES[0]): Locale {
  return localeNamed(requested ?? '') ?? otherwise;
}
