import { ACCOUNT_WORDS } from '../accounts/words/words.ts';
import { APP_SHELL_WORDS } from '../app-shell/words/words.ts';
import { CONSOLE_WORDS } from '../console/words/words.ts';
import { CUSTOMER_WORDS } from '../customers/words/words.ts';
import { PUSH_WORDS } from '../delivery/delivery-message.ts';
import type { Locale } from '../domain/locale.ts';
import { NOTICE_WORDS } from '../notices/notice-words.ts';
import { OPERATOR_WORDS } from '../operator/words/words.ts';
import type { BrandNames } from '../pages/brand.ts';
import { inEachLanguage } from '../pages/language.ts';
import type { RoomWords } from '../pages/words.ts';
import { SITE_WORDS } from '../pages/words/words.ts';
import { WINDOW_WORDS } from '../windows/words/words.ts';

/** A group of texts that an adopter may change by files. */
export interface AdoptedRoom {
  /** The first part of the keys. */
  readonly room: string;
  /** True for texts that scripts show: the server only hands the changes to them. */
  readonly isOfScripts: boolean;
  /** The languages whose file may name the room; notices and pushes are Korean alone. */
  readonly locales: readonly Locale[] | 'all';
  readonly textsIn: (locale: Locale, brand: BrandNames) => object;
}

/** A variable, because the compiler would follow the import of a literal into the app's own types. */
const PUSHED = String('pushed');
const PAGES: readonly RoomWords<object>[] = [
  ACCOUNT_WORDS,
  APP_SHELL_WORDS,
  CONSOLE_WORDS,
  CUSTOMER_WORDS,
  OPERATOR_WORDS,
  SITE_WORDS,
  WINDOW_WORDS,
];
const MESSAGES: readonly RoomWords<object>[] = [NOTICE_WORDS, PUSH_WORDS];

/**
 * All rooms with texts for people, without the demonstration and the developers' documents. The texts of scripts are
 * loaded here, because they are no part of the server.
 */
export async function adoptedRooms(): Promise<readonly AdoptedRoom[]> {
  const app = await inEachLanguage<(brand: BrandNames) => object>(
    'app',
    (locale) => import(`../app/words/${locale}.ts`),
  );
  const script = await inEachLanguage<object>(
    'the window’s script',
    (locale) => import(`../windows/browser/words/${locale}.ts`),
  );
  const pushed = await inEachLanguage<Readonly<Record<Locale, object>>>(
    'the app’s notifications',
    () => import(`../app/words/${PUSHED}.ts`),
    'PUSHED_WORDS',
  );
  return [
    ...PAGES.map((one) => ofServer(one, 'all')),
    ...MESSAGES.map((one) => ofServer(one, ['ko'])),
    { room: 'app', isOfScripts: true, locales: 'all', textsIn: (locale, brand) => app[locale](brand) },
    { room: 'windowScript', isOfScripts: true, locales: 'all', textsIn: (locale) => script[locale] },
    { room: 'pushed', isOfScripts: true, locales: 'all', textsIn: (locale) => pushed[locale][locale] },
  ];
}

function ofServer({ room, languages }: RoomWords<object>, locales: AdoptedRoom['locales']): AdoptedRoom {
  return { room, isOfScripts: false, locales, textsIn: (locale, brand) => languages[locale](brand) };
}
