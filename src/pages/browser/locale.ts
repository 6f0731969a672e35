import { LOCALES, type Locale } from '../../domain/locale.ts';

export type { Locale } from '../../domain/locale.ts';

/** The language that the server wrote the page in. */
export const locale: Locale = LOCALES.find((one) => one === document.documentElement.lang) ?? LOCALES[0];
