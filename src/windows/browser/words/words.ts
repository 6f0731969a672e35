import { withChangedWords } from '../../../pages/browser/changed-words.ts';
import { locale, type Locale } from '../../../pages/browser/locale.ts';
import { en } from './en.ts';
import { ko } from './ko.ts';
import type { WindowWords } from './window-words.ts';

const WORDS: Readonly<Record<Locale, WindowWords>> = { ko, en };

/** The script's texts in the page's language. */
export const words = withChangedWords('windowScript', WORDS[locale]);
