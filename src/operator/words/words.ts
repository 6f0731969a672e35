import { roomWords } from '../../pages/words.ts';
import type { ko } from './ko.ts';

/** The texts of the desk, its reissues and the activation letter: those of the Korean file, which every other language has to have. */
export type OperatorWords = ReturnType<typeof ko>;

export type DeskWords = OperatorWords['desk'];
export type LetterWords = OperatorWords['letter'];
export type CallerCheckWords = OperatorWords['callerCheck'];

export const OPERATOR_WORDS = await roomWords<OperatorWords>('operator', (locale) => import(`./${locale}.ts`));
