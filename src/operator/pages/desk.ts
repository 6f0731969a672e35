import {
  accountPage,
  doneNote as accountDoneNote,
  placesNavigation,
  type FramedPage,
} from '../../accounts/pages/account-page.ts';
import type { AccountSurface } from '../../accounts/pages/account-surface.ts';
import { ACCOUNT_WORDS, type AccountWords } from '../../accounts/words/words.ts';
import { mayOperator, OPERATOR_ROLES, type OperatorPermission } from '../../domain/operator.ts';
import type { DeskFrame } from '../desk-frame.ts';
import { DESK_COOKIE } from '../operator.guard.ts';
import type { SignedInOperator } from '../operator.ts';
import { html, type Html } from '../../pages/html.ts';
import { facts } from '../../pages/site.ts';
import type { Locale } from '../../domain/locale.ts';
import { OPERATOR_WORDS } from '../words/words.ts';
import { DONE, type DeskPlace, type Done } from '../words/keys.ts';
import type { DeskWords, OperatorWords } from '../words/words.ts';
import type { Visitor } from '../../pages/visitor.ts';
import type { Page } from '../../pages/page.ts';

const APPROVALS = '/operator/approvals';

/** The paths of the desk's own pages in the order of the navigation, with the permission that each requires. */
const PLACES: readonly (readonly [DeskPlace, OperatorPermission])[] = [
  ['/operator', 'search'],
  [APPROVALS, 'worklist'],
  ['/operator/overview', 'figures'],
  ['/operator/charges', 'charges'],
  ['/operator/audit', 'whole_audit'],
];

/** A visitor of the desk before signing in: the language, and the desk's texts in it. */
export interface DeskVisitor {
  locale: Locale;
  /** The texts that the desk shares with the console. */
  common: AccountWords;
  texts: OperatorWords;
}

/** Returns the desk's texts in the browser's language. */
export function deskVisitor(visitor: Visitor): DeskVisitor {
  return { locale: visitor.locale, common: visitor.words(ACCOUNT_WORDS), texts: visitor.words(OPERATOR_WORDS) };
}

/** The signed-in operator who reads a page. */
export interface DeskReader extends DeskVisitor {
  operator: SignedInOperator;
  frame: DeskFrame;
  formToken: Html;
}

/** The desk, in the pages that it shares with the console. */
export const DESK: AccountSurface = {
  home: '/operator',
  cookie: DESK_COOKIE,
  page: (visitor, page) => deskPage({ ...page, reader: deskVisitor(visitor) }),
  signIn: (visitor) => ({ title: deskVisitor(visitor).texts.desk.signIn }),
  sentence(visitor, { code, members }) {
    const messages = deskVisitor(visitor).texts.desk;
    if (members.deskSentence) return messages.refusals[members.deskSentence];
    if (code !== 'insufficient_scope') return messages.problems[code];
    const roles = OPERATOR_ROLES.filter((role) => members.roles?.includes(role)).map((role) => messages.roles[role]);
    return roles.length === 0 ? messages.twoPeople : visitor.words(ACCOUNT_WORDS).notPermitted(roles.join(', '));
  },
};

/** A page of the operators' desk: the common frame around the page's content. */
export function deskPage({
  reader,
  place,
  hasSearch = false,
  ...page
}: FramedPage & { reader: DeskVisitor | DeskReader; place?: DeskPlace; hasSearch?: boolean }): Page {
  const { locale, common, texts } = reader;
  const { name, imprint, roles } = texts.desk;
  const person = 'operator' in reader && {
    account: reader.operator,
    role: roles[reader.operator.role],
    formToken: reader.formToken,
    navigation: html`${navigation(reader, place)} ${keyboardHelp(reader)} ${!hasSearch && headerSearch(reader)}
    ${reasonPresets(reader)}`,
  };
  const framed = accountPage({
    ...page,
    home: DESK.home,
    layout: 'desk',
    locale,
    common,
    name,
    imprint,
    ...(person && { person }),
  });
  if (!('operator' in reader)) return framed;
  const { waiting } = reader.frame;
  return { ...framed, script: 'desk.js', title: waiting ? `(${waiting}) ${framed.title}` : framed.title };
}

/** On every page: an agent has the next caller on the line before the last page is done with. `/` leads to it. */
function headerSearch({ operator, frame, formToken, texts }: DeskReader): Html | false {
  if (operator.passwordIsInitial) return false;
  const { search, reason, call } = texts.desk;
  return html`<div class="desk-tools">
    <form class="desk-search" method="post" action="/operator/search" role="search" aria-label="${search.title}">
      ${formToken}
      <label for="header-number">${search.number}</label>
      <input
        id="header-number"
        name="phoneNumber"
        type="tel"
        inputmode="tel"
        autocomplete="off"
        placeholder="010-1234-5678"
        required
        data-search
        aria-keyshortcuts="/"
      />
      <label for="header-reason">${reason}</label>
      <input id="header-reason" name="reason" maxlength="200" autocomplete="off" list="reasons" required />
      <button class="secondary">${search.submit}</button>
    </form>
    ${
      frame.callReason !== null &&
      html`<form class="desk-call" method="post" action="/operator/end-call">
        ${formToken}
        <p><span class="hint">${call.name}</span> ${frame.callReason}</p>
        <button class="small">${call.end}</button>
      </form>`
    }
  </div>`;
}

/**
 * The keys of the desk, which its script serves and shows. A reader may turn those of one character off. The box has a
 * value, because a page that follows by itself waits while the value of a field differs from that in its source.
 */
function keyboardHelp({ texts }: DeskReader): Html {
  const { keys } = texts.desk;
  return html`<button type="button" class="small desk-keys-open" aria-haspopup="dialog" aria-keyshortcuts="?" hidden>
      ${keys.open}
    </button>
    <dialog class="desk-keys" aria-labelledby="desk-keys">
      <h2 id="desk-keys">${keys.title}</h2>
      ${facts(keys.rows)}
      <label class="check"><input type="checkbox" value="on" checked /> ${keys.on}</label>
      <button type="button" class="secondary">${keys.close}</button>
    </dialog>`;
}

/** The reasons that agents give most; any other may be typed. */
function reasonPresets({ texts }: DeskReader): Html {
  return html`<datalist id="reasons">
    ${texts.desk.reasonPresets.map((one) => html`<option value="${one}"></option>`)}
  </datalist>`;
}

function navigation({ operator, frame, common, texts }: DeskReader, place: DeskPlace | undefined): Html | false {
  if (operator.passwordIsInitial) return false;
  const places = PLACES.filter(([, permission]) => mayOperator(operator.role, permission));
  return placesNavigation(
    common,
    places.map(([one]) => {
      const name = texts.desk.places[one];
      const text = one === APPROVALS && frame.waiting !== null ? html`${name} ${waitingBadge(frame)}` : name;
      return { href: one, text, isHere: one === place };
    }),
  );
}

function waitingBadge({ waiting, mark }: DeskFrame): Html {
  return html`<span class="badge-count" data-waiting="${mark}">${waiting ? String(waiting) : ''}</span>`;
}

/** The message that confirms a completed action. */
export function doneNote({ common, texts }: DeskReader, done: Done | undefined): Html | false {
  return accountDoneNote({ ...common.done, ...texts.desk.done }, done);
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
  const attributes = html`id="${id}" name="reason" maxlength="200" autocomplete="off" required
  ${fault !== '' && html`aria-invalid="true"`} aria-describedby="${id}-fault"`;
  return html`<div class="field">
    <label for="${id}">${label}</label>
    ${
      // What stands in it already must be seen whole, where the text is large too. A field of one line would hide its end.
      value === ''
        ? html`<input list="reasons" ${attributes} />`
        : html`<textarea rows="1" ${attributes}>${value}</textarea>`
    }
    <p class="fault" id="${id}-fault">${fault}</p>
  </div>`;
}

/** The field for the reason of a deed on a subscription, in which the reason of the present call stands already. */
export function callReasonField(
  { texts, frame }: DeskReader,
  id: string,
  typed: { value?: string; fault?: string } = {},
): Html {
  return reasonField(texts.desk, id, { value: frame.callReason ?? '', ...typed });
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
