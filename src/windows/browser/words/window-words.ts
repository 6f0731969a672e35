import type { ko } from './ko.ts';

/** The texts that the window's script shows: those of the Korean file, which every other language has to have. */
export type WindowWords = typeof ko;
