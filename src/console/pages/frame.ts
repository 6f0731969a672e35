import type { SignedInAccount } from '../../accounts/account.ts';
import { mayMember, type MemberPermission, type MemberRole } from '../../domain/console.ts';
import type { Locale } from '../../domain/locale.ts';
import { html, type Html } from '../../pages/html.ts';
import { languageSwitch } from '../../pages/language-switch.ts';
import type { Page } from '../../pages/page.ts';
import type { Visitor } from '../../pages/visitor.ts';
import { CONSOLE_WORDS, type ConsoleWords } from '../words/words.ts';

/** The pages of a client in the order of the navigation, with the permission that each requires. */
const PLACES = [
  ['home', 'look'],
  ['log', 'look'],
  ['figures', 'look'],
  ['tests', 'look'],
  ['webhooks', 'look'],
  ['app', 'look'],
  ['people', 'look'],
] as const satisfies readonly (readonly [string, MemberPermission])[];
export type ConsolePlace = (typeof PLACES)[number][0];

/** A visitor of the console before signing in: the language, and the console's texts in it. */
export interface ConsoleVisitor {
  locale: Locale;
  texts: ConsoleWords;
}

/** A person who is signed in. */
export interface ConsoleReader extends ConsoleVisitor {
  account: Pick<SignedInAccount, 'login' | 'name'>;
  formToken: Html;
}

/** A person who is signed in, at the pages of one client. */
export interface ClientReader extends ConsoleReader {
  client: { id: string; clientId: string; name: string };
  member: { id: string; role: MemberRole };
}

export function consoleVisitor(visitor: Visitor): ConsoleVisitor {
  return { locale: visitor.locale, texts: visitor.words(CONSOLE_WORDS) };
}

/** The address of a page of the client that a person looks at. */
export function pathIn({ client }: Pick<ClientReader, 'client'>, page: string): string {
  const home = `/console/clients/${encodeURIComponent(client.clientId)}`;
  return page === 'home' ? home : `${home}/${page}`;
}

/** A page of one client: the common frame with the navigation around the page's content. */
export function clientPage(page: {
  reader: ClientReader;
  title: string;
  address: string;
  content: Html;
  place: ConsolePlace;
  status?: number;
}): Page {
  return consolePage(page);
}

/** A page of the console: the common frame around the page's content. */
export function consolePage(page: {
  reader: ConsoleVisitor | ConsoleReader | ClientReader;
  title: string;
  /** The page's path, for the language switch. The answer to a form names the page that shows the form. */
  address: string;
  content: Html;
  place?: ConsolePlace;
  status?: number;
}): Page {
  const { title, address, content, reader, place, status } = page;
  const { locale, texts } = reader;
  const messages = texts.frame;
  const isSignedIn = 'account' in reader;
  const body = html`<a class="skip" href="#content">${messages.skip}</a>
    <header class="desk-header">
      <p class="mark"><a href="/console">${messages.name}</a></p>
      ${languageSwitch(locale, address)} ${isSignedIn && who(reader)} ${'client' in reader && navigation(reader, place)}
    </header>
    <main class="desk-main" id="content">${content}</main>
    <footer class="desk-footer"><p class="hint">${messages.imprint}</p></footer>`;
  return {
    locale,
    title: title === messages.name ? title : `${title} – ${messages.name}`,
    layout: 'console',
    body,
    opener: 'same-origin',
    // A page without a session has no script, because its nonce would differ. Failed sign-ins thus get identical bytes.
    ...(isSignedIn && { script: 'site.js' }),
    ...(status !== undefined && { status }),
  };
}

function who({ texts, account, formToken, ...reader }: ConsoleReader | ClientReader): Html {
  const messages = texts.frame;
  return html`<div class="desk-who">
    <p>
      <strong>${account.name}</strong>
      <span class="hint">${account.login}${'member' in reader && ` · ${messages.roles[reader.member.role]}`}</span>
    </p>
    <a href="/console/password">${messages.password}</a>
    <form method="post" action="/console/sign-out">${formToken}<button class="small">${messages.signOut}</button></form>
  </div>`;
}

function navigation(reader: ClientReader, place: ConsolePlace | undefined): Html {
  const messages = reader.texts.frame;
  const places = PLACES.filter(([, permission]) => mayMember(reader.member.role, permission));
  return html`<p class="console-client">
      <a href="/console">${messages.clients}</a> <strong>${reader.client.name}</strong>
    </p>
    <nav class="desk-nav" aria-label="${messages.navigation}">
      ${places.map(
        ([one]) =>
          html`<a href="${pathIn(reader, one)}" ${one === place && html`aria-current="page"`}
            >${messages.places[one]}</a
          >`,
      )}
    </nav>`;
}

/** The message that confirms a completed action, which the query names. */
export function doneNote({ texts }: ConsoleVisitor, done: string | undefined): Html | false {
  // The query may also name a member that every object has.
  if (done === undefined || !Object.hasOwn(texts.done, done)) return false;
  return html`<p class="good-note" role="status">${texts.done[done as keyof typeof texts.done]}</p>`;
}

/** The field for the one-time password, of a form that a stolen cookie alone must not send. */
export function codeField({ texts }: ConsoleVisitor, id: string, isWrong: boolean): Html {
  const messages = texts.confirm;
  return html`<div class="field">
    <label for="${id}">${messages.label}</label>
    <input
      id="${id}"
      name="code"
      inputmode="numeric"
      autocomplete="one-time-code"
      maxlength="20"
      required
      ${isWrong && html`aria-invalid="true"`}
      aria-describedby="${id}-hint ${id}-fault"
    />
    <p class="hint" id="${id}-hint">${messages.hint}</p>
    <p class="fault" id="${id}-fault">${isWrong && messages.wrong}</p>
  </div>`;
}
