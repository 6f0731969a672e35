import { roomWords } from '../../pages/words.ts';
import type { ko } from './ko.ts';

/** The texts of the hosted window: those of the Korean file, which every other language has to have. */
export type WindowWords = ReturnType<typeof ko>;

export const WINDOW_WORDS = await roomWords<WindowWords>('windows', (locale) => import(`./${locale}.ts`));
