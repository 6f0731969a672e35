import type { ko } from './ko.ts';

/** Every text of the app: those of the Korean file, which every other language has to have. */
export type AppWords = ReturnType<typeof ko>;
