export type Locale = 'ko' | 'en';

/** The language in which the server wrote the page. */
export const locale: Locale = document.documentElement.lang === 'en' ? 'en' : 'ko';
