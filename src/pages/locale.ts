import { localeNamed, LOCALES, type Locale } from '../domain/locale.ts';

/**
 * The language of a page: the value of `?lang=` if it names one, else `otherwise`. A link that says it twice or wrongly still
 * opens the page.
 */
export function localeOf(requested: unknown, otherwise: Locale = LOCALES[0]): Locale {
  return (typeof requested === 'string' && localeNamed(requested)) || otherwise;
}
