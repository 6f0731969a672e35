import type { RoomWords } from '../../pages/words.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';
import type { WindowWords } from './words.ts';

export const WINDOW_WORDS: RoomWords<WindowWords> = { room: 'windows', languages: { ko, en } };
