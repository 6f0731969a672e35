import { roomWords } from '../../pages/words.ts';
import type { ko } from './ko.ts';

/**
 * The texts that the desk and the console share: signing in, the person's own account, and problems. The Korean file says
 * which there are, and every other language has to have them.
 */
export type AccountWords = ReturnType<typeof ko>;

export const ACCOUNT_WORDS = await roomWords<AccountWords>('accounts', (locale) => import(`./${locale}.ts`));
