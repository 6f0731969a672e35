import type { Locale } from '../../domain/locale.ts';
import { html, type Html } from '../../pages/html.ts';
import { languageSwitch } from '../../pages/language-switch.ts';
import type { Page } from '../../pages/page.ts';
import type { SignedInAccount } from '../account.ts';
import type { AccountWords } from '../words/words.ts';

/** What a page says within the frame of the desk or of the console. */
export interface FramedPage {
  title: string;
  /** The page's path, for the language switch. The answer to a form names the page that shows the form. */
  address: string;
  content: Html;
  status?: number;
}

/** The person who is signed in, as the frame shows them. */
export interface FramedPerson {
  account: Pick<SignedInAccount, 'login' | 'name'>;
  /** The role in words; left out where the page is about no client. */
  role?: string | undefined;
  formToken: Html;
  navigation: Html | false;
}

/** A page of people with accounts: the frame of the desk and of the console around the page's content. */
export function accountPage(
  page: FramedPage & {
    home: string;
    layout: 'desk' | 'console';
    locale: Locale;
    common: AccountWords;
    name: string;
    imprint: string;
    person?: FramedPerson | undefined;
  },
): Page {
  const { title, address, content, status, home, layout, locale, common, name, imprint, person } = page;
  const body = html`<a class="skip" href="#content">${common.frame.skip}</a>
    <header class="desk-header">
      <p class="mark"><a href="${home}">${name}</a></p>
      ${languageSwitch(locale, address)} ${person && who(common, home, person)} ${person?.navigation}
    </header>
    <main class="desk-main" id="content">${content}</main>
    <footer class="desk-footer"><p class="hint">${imprint}</p></footer>`;
  return {
    locale,
    title: title === name ? title : `${title} – ${name}`,
    layout,
    body,
    opener: 'same-origin',
    // A page without a session has no script, because its nonce would differ. Failed sign-ins thus get identical bytes.
    ...(person && { script: 'site.js' }),
    ...(status !== undefined && { status }),
  };
}

function who({ frame }: AccountWords, home: string, { account, role, formToken }: FramedPerson): Html {
  return html`<div class="desk-who">
    <p>
      <strong>${account.name}</strong>
      <span class="hint">${account.login}${role !== undefined && ` · ${role}`}</span>
    </p>
    <a href="${home}/password">${frame.password}</a>
    <a href="${home}/authenticator">${frame.authenticator}</a>
    <form method="post" action="${home}/sign-out">${formToken}<button class="small">${frame.signOut}</button></form>
  </div>`;
}

/** The pages that a person may open, as the frame links them. */
export function placesNavigation(
  { frame }: AccountWords,
  places: readonly { href: string; text: Html | string; isHere: boolean }[],
): Html {
  return html`<nav class="desk-nav" aria-label="${frame.navigation}">
    ${places.map(
      ({ href, text, isHere }) => html`<a href="${href}" ${isHere && html`aria-current="page"`}>${text}</a>`,
    )}
  </nav>`;
}

/** The message that confirms a completed action, if there is a text for it. */
export function doneNote(texts: Readonly<Record<string, string>>, done: string | undefined): Html | false {
  // A query may also name a member that every object has.
  if (done === undefined || !Object.hasOwn(texts, done)) return false;
  return html`<p class="good-note" role="status">${texts[done]}</p>`;
}
