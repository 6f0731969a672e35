import type { RoomWords } from '../words.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';
import type { SiteWords } from './words.ts';

export const SITE_WORDS: RoomWords<SiteWords> = { room: 'site', languages: { ko, en } };
