export const LOCALES = ['ko', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

/** The language of a page: what `?lang=` asks for, else `otherwise`. */
export function localeOf(asked: string | undefined, otherwise: Locale = 'ko'): Locale {
  return LOCALES.find((locale) => locale === asked) ?? otherwise;
}
