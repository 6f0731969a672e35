/** The languages in which the service speaks to people; the first is the default. */
export const LOCALES = ['ko', 'en'] as const;
export type Locale = (typeof LOCALES)[number];
