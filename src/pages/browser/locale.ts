import { LOCALES, type Locale } from '../../domain/locale.ts';

export type { Locale } from '../../domain/locale.ts';

/** The language in which the server wrote the page. */
export const locale: Locale = LOCALES.find((one) => one === document.documentElement.lang) ?? LOCALES[0];
