import { roomWords } from '../../pages/words.ts';
import type { ko } from './ko.ts';

/** The texts of the log-in of other sites: those of the Korean file, which every other language has to have. */
export type OpenIdWords = ReturnType<typeof ko>;

export const OPENID_WORDS = await roomWords<OpenIdWords>('openid', (locale) => import(`./${locale}.ts`));
