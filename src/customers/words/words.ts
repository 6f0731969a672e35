import { roomWords } from '../../pages/words.ts';
import type { ko } from './ko.ts';

/** The texts of the website: those of the Korean file, which every other language has to have. */
export type CustomerWords = ReturnType<typeof ko>;

export const CUSTOMER_WORDS = await roomWords<CustomerWords>('customers', (locale) => import(`./${locale}.ts`));
