import { brand, type Brand } from '../../pages/browser/brand.ts';
import { withChangedTexts } from '../../domain/changed-texts.ts';
import { LANGUAGES } from '../../domain/locale.ts';
import { locale, type Locale } from '../../pages/browser/locale.ts';
import type { AppWords } from './app-words.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';

const WORDS: Readonly<Record<Locale, (brand: Brand) => AppWords>> = { ko, en };

/** The app's texts in the page's language. */
export const words = withChangedTexts(WORDS[locale](brand), 'app', brand.texts);

/** The languages that the page is not in, each with its own name. */
export const otherLanguages = Object.entries(LANGUAGES).filter(([language]) => language !== locale);
