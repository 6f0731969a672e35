/** The languages in which the service speaks to people, each with its own name; the first is the default. */
export const LANGUAGES = { ko: '한국어', en: 'English' } as const;
export type Locale = keyof typeof LANGUAGES;
export const LOCALES = Object.keys(LANGUAGES) as [Locale, ...Locale[]];
