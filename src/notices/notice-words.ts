import { NOTICE_TEXTS } from '../domain/notice.ts';
import { sameInEachLanguage } from '../pages/words.ts';

/** The texts of notices, in Korean. */
export const NOTICE_WORDS = sameInEachLanguage('notices', NOTICE_TEXTS);
