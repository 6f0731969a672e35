import { roomWords } from '../../pages/words.ts';
import type { ko } from './ko.ts';

export type AppShellWords = ReturnType<typeof ko>;

/** The texts around the app: its name where it is installed, and its page without a script. */
export const APP_SHELL_WORDS = await roomWords<AppShellWords>('app-shell', (locale) => import(`./${locale}.ts`));
