import type { RoomWords } from '../../pages/words.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';
import type { OperatorWords } from './words.ts';

export const OPERATOR_WORDS: RoomWords<OperatorWords> = { room: 'operator', languages: { ko, en } };
