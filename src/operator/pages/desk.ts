import { mayOperator, type OperatorPermission } from '../../domain/operator.ts';
import type { SignedInOperator } from '../operator.ts';
import { html, type Html } from '../../pages/html.ts';
import { languageSwitch } from '../../pages/language-switch.ts';
import type { Locale } from '../../domain/locale.ts';
import { OPERATOR_WORDS } from '../words/words.ts';
import { DONE, type DeskPlace, type Done } from '../words/keys.ts';
import type { DeskWords, OperatorWords } from '../words/words.ts';
import type { Visitor } from '../../pages/visitor.ts';
import type { Page } from '../../pages/page.ts';

/** The paths of the desk's own pages in the order of the navigation, with the permission that each requires. */
const PLACES: readonly (readonly [DeskPlace, OperatorPermission])[] = [
  ['/operator', 'search'],
  ['/operator/approvals', 'worklist'],
  ['/operator/charges', 'charges'],
  ['/operator/audit', 'whole_audit'],
];

/** A visitor of the desk before signing in: the language, and the desk's texts in it. */
export interface DeskVisitor {
  locale: Locale;
  texts: OperatorWords;
}

/** Returns the desk's texts in the browser's language. */
export function deskVisitor(visitor: Visitor): DeskVisitor {
  return { locale: visitor.locale, texts: visitor.words(OPERATOR_WORDS) };
}

/** The signed-in operator who reads a page. */
export interface DeskReader extends DeskVisitor {
  operator: SignedInOperator;
  formToken: Html;
}

/** A page of the operators' desk: the common frame around the page's content. */
export function deskPage(page: {
  reader: DeskVisitor | DeskReader;
  title: string;
  /** The page's path, for the language switch. The answer to a form names the page that shows the form. */
  address: string;
  content: Html;
  place?: DeskPlace;
  status?: number;
}): Page {
  const { title, address, content, reader, place, status } = page;
  const { locale, texts } = reader;
  const messages = texts.desk;
  const isSignedIn = 'operator' in reader;
  const body = html`<a class="skip" href="#content">${messages.skip}</a>
    <header class="desk-header">
      <p class="mark"><a href="/operator">${messages.name}</a></p>
      ${languageSwitch(locale, address)} ${isSignedIn && who(messages, reader)}
      ${isSignedIn && navigation(messages, reader, place)}
    </header>
    <main class="desk-main" id="content">${content}</main>
    <footer class="desk-footer"><p class="hint">${messages.imprint}</p></footer>`;
  return {
    locale,
    title: title === messages.name ? title : `${title} – ${messages.name}`,
    layout: 'desk',
    body,
    opener: 'same-origin',
    // A page without a session has no script, because its nonce would differ. Failed sign-ins thus get identical bytes.
    ...(isSignedIn && { script: 'site.js' }),
    ...(status !== undefined && { status }),
  };
}

function who(messages: DeskWords, { operator, formToken }: DeskReader): Html {
  return html`<div class="desk-who">
    <p>
      <strong>${operator.name}</strong> <span class="hint">${operator.login} · ${messages.roles[operator.role]}</span>
    </p>
    <a href="/operator/password">${messages.password}</a>
    <form method="post" action="/operator/sign-out">
      ${formToken}<button class="small">${messages.signOut}</button>
    </form>
  </div>`;
}

function navigation(messages: DeskWords, { operator }: DeskReader, place: DeskPlace | undefined): Html | false {
  if (operator.passwordIsInitial) return false;
  const places = PLACES.filter(([, permission]) => mayOperator(operator.role, permission));
  return html`<nav class="desk-nav" aria-label="${messages.navigation}">
    ${places.map(
      ([one]) => html`<a href="${one}" ${one === place && html`aria-current="page"`}>${messages.places[one]}</a>`,
    )}
  </nav>`;
}

/** The message that confirms a completed action. */
export function doneNote({ texts }: DeskReader, done: Done | undefined): Html | false {
  return done !== undefined && html`<p class="good-note" role="status">${texts.desk.done[done]}</p>`;
}

/** Returns the completed action that the query names, if it is known. */
export function doneIn(name: unknown): Done | undefined {
  return DONE.find((one) => one === name);
}

/** A field for a reason; `id` distinguishes several such fields on one page. */
export function reasonField(
  messages: DeskWords,
  id: string,
  { label = messages.reason, value = '', fault = '' }: { label?: string; value?: string; fault?: string } = {},
): Html {
  return html`<div class="field">
    <label for="${id}">${label}</label>
    <input
      id="${id}"
      name="reason"
      value="${value}"
      maxlength="200"
      autocomplete="off"
      required
      ${fault !== '' && html`aria-invalid="true"`}
      aria-describedby="${id}-fault"
    />
    <p class="fault" id="${id}-fault">${fault}</p>
  </div>`;
}

/** The text for an action of the audit. An action without a text is shown unchanged. */
export function actionWords(messages: DeskWords, action: string): string {
  const [name = '', ...rest] = action.split(' ');
  return [messages.audited[name] ?? name, ...rest].join(' ');
}

/** The text for an outcome of the audit. */
export function outcomeWords(messages: DeskWords, outcome: string): string {
  return outcome === 'done' ? messages.audit.done : `${messages.audit.refused} (${outcome})`;
}
