import { mayOperator, type OperatorPermission } from '../../domain/operator.ts';
import type { SignedInOperator } from '../operator.ts';
import { seoulTime } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import { languageSwitch } from '../../pages/language-switch.ts';
import type { Locale } from '../../domain/locale.ts';
import { OPERATOR_WORDS } from '../words/languages.ts';
import { DONE, type DeskPlace, type DeskWords, type Done, type OperatorWords } from '../words/words.ts';
import type { Visitor } from '../../pages/visitor.ts';
import type { Page } from '../../pages/page.ts';

/** Where the desk's own pages are, in the order of the navigation, and what has to be permitted to open them. */
const PLACES: readonly (readonly [DeskPlace, OperatorPermission])[] = [
  ['/operator', 'search'],
  ['/operator/approvals', 'worklist'],
  ['/operator/charges', 'charges'],
  ['/operator/audit', 'whole_audit'],
];

/** The person at the desk's door: the language, and the desk's texts in it. */
export interface DeskVisitor {
  locale: Locale;
  texts: OperatorWords;
}

/** The desk's texts in the language of a browser. */
export function deskVisitor(visitor: Visitor): DeskVisitor {
  return { locale: visitor.locale, texts: visitor.words(OPERATOR_WORDS) };
}

/** The operator to whom a page of the desk is shown. */
export interface DeskReader extends DeskVisitor {
  operator: SignedInOperator;
  formToken: Html;
}

/** A page of the operators' desk: the frame around what is particular to it. */
export function deskPage(page: {
  reader: DeskVisitor | DeskReader;
  title: string;
  /** The page's own address, for the language switch; one that a form was sent to names the page of its form. */
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
    // Who is not signed in gets the same bytes whatever was wrong: a script would bring a number of its own.
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

/** A sentence that says that something was done. */
export function doneNote({ texts }: DeskReader, done: Done | undefined): Html | false {
  return done !== undefined && html`<p class="good-note" role="status">${texts.desk.done[done]}</p>`;
}

/** The words for something that was done, where an address names it. */
export function doneIn(asked: unknown): Done | undefined {
  return DONE.find((one) => one === asked);
}

/** An instant, for people and for programs. */
export function time(instant: Date | string, locale: Locale): Html {
  return html`<time datetime="${new Date(instant).toISOString()}">${seoulTime(instant, locale)}</time>`;
}

/** A field for a reason; `id` tells the fields of one page apart. */
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

/** A table that scrolls sideways by itself where it is too wide; `id` is that of the heading that names it. */
export function wideTable(id: string, head: readonly string[], rows: readonly Html[], foot?: Html): Html {
  return html`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
    <table>
      <thead>
        <tr>
          ${head.map((one) => html`<th scope="col">${one}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
      ${
        foot &&
        html`<tfoot>
          ${foot}
        </tfoot>`
      }
    </table>
  </div>`;
}

/** How the audit's words for an action read; one that is newer than these words stays as it is. */
export function actionWords(messages: DeskWords, action: string): string {
  const [name = '', ...rest] = action.split(' ');
  return [messages.audited[name] ?? name, ...rest].join(' ');
}

/** How something ended, in the audit. */
export function outcomeWords(messages: DeskWords, outcome: string): string {
  return outcome === 'done' ? messages.audit.done : `${messages.audit.refused} (${outcome})`;
}
