import { roomWords } from '../../pages/words.ts';
import type { ko } from './ko.ts';

/** The texts of the console: those of the Korean file, which every other language has to have. */
export type ConsoleWords = ReturnType<typeof ko>;

export const CONSOLE_WORDS = await roomWords<ConsoleWords>('console', (locale) => import(`./${locale}.ts`));
