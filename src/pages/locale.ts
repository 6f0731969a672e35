export const LOCALES = ['ko', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

/** The language of a page: the value of `?lang=` if it is known, else `otherwise`. */
export function localeOf(asked: string | undefined, otherwise: Locale = 'ko'): Locale {
  return LOCALES.find((locale) => locale === asked) ?? otherwise;
}
