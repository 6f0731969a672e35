import { withChangedTexts } from '../../../domain/changed-texts.ts';
import { brand } from '../../../pages/browser/brand.ts';
import { locale, type Locale } from '../../../pages/browser/locale.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';
import type { WindowWords } from './window-words.ts';

const WORDS: Readonly<Record<Locale, WindowWords>> = { ko, en };

/** The script's texts in the page's language. */
export const words = withChangedTexts(WORDS[locale], 'windowScript', brand.texts);
