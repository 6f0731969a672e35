/** The languages in which the service speaks to people, each with its own name; the first is the default. */
export const LANGUAGES = { ko: '한국어', en: 'English' } as const;
export type Locale = keyof typeof LANGUAGES;
export const LOCALES = Object.keys(LANGUAGES) as [Locale, ...Locale[]];

/**
 * The language that a tag (RFC 5646) such as `ko-KR` or `ko_KR` names, in any case: the longest beginning of the tag that
 * is a language of the service. Undefined when it is another language.
 */
export function localeNamed(tag: string): Locale | undefined {
  const parts = tag.trim().toLowerCase().split(/[-_]/);
  for (let length = parts.length; length > 0; length -= 1) {
    const found = LOCALES.find((locale) => locale.toLowerCase() === parts.slice(0, length).join('-'));
    if (found) return found;
  }
  return undefined;
}
