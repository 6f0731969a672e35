import { roomWords } from '../../pages/words.ts';
import type { ko } from './ko.ts';

/** The texts of the demonstration: those of the Korean file, which every other language has to have. */
export type DemoWords = ReturnType<typeof ko>;

export type ShopWords = DemoWords['shop'];
export type BankWords = DemoWords['bank'];

export const DEMO_WORDS = await roomWords<DemoWords>('demo', (locale) => import(`./${locale}.ts`));
