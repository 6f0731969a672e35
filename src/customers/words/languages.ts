import type { RoomWords } from '../../pages/words.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';
import type { CustomerWords } from './words.ts';

export const CUSTOMER_WORDS: RoomWords<CustomerWords> = { room: 'customers', languages: { ko, en } };
