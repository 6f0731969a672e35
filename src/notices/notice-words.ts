import { LOCALES, type Locale } from '../domain/locale.ts';
import { NOTICE_TEXTS, type NoticeTexts } from '../domain/notice.ts';
import type { RoomWords } from '../pages/words.ts';

/** The texts of notices, for an adopter's changes. They are Korean in every language of the website. */
export const NOTICE_WORDS: RoomWords<NoticeTexts> = {
  room: 'notices',
  languages: Object.fromEntries(LOCALES.map((locale) => [locale, () => NOTICE_TEXTS])) as Record<
    Locale,
    () => NoticeTexts
  >,
};
