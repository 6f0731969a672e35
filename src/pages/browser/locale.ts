export type Locale = 'ko' | 'en';

/** The language that the server wrote the page in. */
export const locale: Locale = document.documentElement.lang === 'en' ? 'en' : 'ko';
