import { roomWords } from '../../pages/words.ts';
import type { ko } from './ko.ts';

/** The texts of the documents' frame: those of the Korean file, which every other language has to have. */
export type DeveloperWords = ReturnType<typeof ko>;

export const DEVELOPER_WORDS = await roomWords<DeveloperWords>('developers', (locale) => import(`./${locale}.ts`));
