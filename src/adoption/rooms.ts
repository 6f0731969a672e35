import { ACCOUNT_WORDS } from '../accounts/words/words.ts';
import { APP_SHELL_WORDS } from '../app-shell/words/words.ts';
import { CONSOLE_WORDS } from '../console/words/words.ts';
import { CUSTOMER_WORDS } from '../customers/words/words.ts';
import { PUSH_WORDS } from '../delivery/delivery-message.ts';
import type { Locale } from '../domain/locale.ts';
import { NOTICE_WORDS } from '../notices/notice-words.ts';
import { OPENID_WORDS } from '../openid/words/words.ts';
import { OPERATOR_WORDS } from '../operator/words/words.ts';
import { brandNames, type Brand, type BrandNames } from '../pages/brand.ts';
import type { RoomWords } from '../pages/words.ts';
import { SITE_WORDS } from '../pages/words/words.ts';
import { WINDOW_WORDS } from '../windows/words/words.ts';
import { textsByKey, type KeyedText } from './texts.ts';

const PAGES: readonly RoomWords<object>[] = [
  ACCOUNT_WORDS,
  APP_SHELL_WORDS,
  CONSOLE_WORDS,
  CUSTOMER_WORDS,
  OPENID_WORDS,
  OPERATOR_WORDS,
  SITE_WORDS,
  WINDOW_WORDS,
];
/** Their texts are the same in every language, and stand in the Korean file. */
const MESSAGES: readonly RoomWords<object>[] = [NOTICE_WORDS, PUSH_WORDS];

/**
 * Every text that a file of this language may change, by key: all rooms with texts for people, without the demonstration
 * and the developers' documents.
 */
export async function adoptableTexts(brand: Brand, locale: Locale): Promise<ReadonlyMap<string, KeyedText>> {
  const names = brandNames(brand, locale);
  const rooms = locale === 'ko' ? [...PAGES, ...MESSAGES] : PAGES;
  const ofServer: [string, object][] = rooms.map(({ room, languages }) => [room, languages[locale](names)]);
  return textsByKey({ ...Object.fromEntries(ofServer), ...(await textsOfScripts(names, locale)) });
}

/** Texts of clients. They are loaded here alone, because they are no part of the server. */
async function textsOfScripts(names: BrandNames, locale: Locale): Promise<Record<string, unknown>> {
  const app = (await ofApp(locale)) as Record<Locale, (brand: BrandNames) => object>;
  const { PUSHED_WORDS } = (await ofApp('pushed')) as { PUSHED_WORDS: Record<Locale, object> };
  const script = (await import(`../windows/browser/words/${locale}.ts`)) as Record<Locale, object>;
  return { app: app[locale](names), pushed: PUSHED_WORDS[locale], windowScript: script[locale] };
}

async function ofApp(file: string): Promise<unknown> {
  return import(`../app/words/${file}.ts`);
}
