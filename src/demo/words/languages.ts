import type { RoomWords } from '../../pages/words.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';
import type { DemoWords } from './words.ts';

export const DEMO_WORDS: RoomWords<DemoWords> = { room: 'demo', languages: { ko, en } };
