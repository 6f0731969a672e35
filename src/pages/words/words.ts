import { roomWords } from '../words.ts';
import type { ko } from './ko.ts';

/** The texts of the website’s frame, and of its problems: those of the Korean file, which every other language has to have. */
export type SiteWords = ReturnType<typeof ko>;

export const SITE_WORDS = await roomWords<SiteWords>('site', (locale) => import(`./${locale}.ts`));
