import {
  accountPage,
  doneNote as accountDoneNote,
  placesNavigation,
  type FramedPage,
} from '../../accounts/pages/account-page.ts';
import type { AccountSurface } from '../../accounts/pages/account-surface.ts';
import { ACCOUNT_WORDS, type AccountWords } from '../../accounts/words/words.ts';
import { mayOperator, OPERATOR_ROLES, type OperatorPermission } from '../../domain/operator.ts';
import { DESK_COOKIE } from '../operator.guard.ts';
import type { SignedInOperator } from '../operator.ts';
import { html, type Html } from '../../pages/html.ts';
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
    if (code !== 'insufficient_scope') return messages.problems[code];
    const roles = OPERATOR_ROLES.filter((role) => members.roles?.includes(role)).map((role) => messages.roles[role]);
    return roles.length === 0 ? messages.twoPeople : visitor.words(ACCOUNT_WORDS).notPermitted(roles.join(', '));
  },
};

/** A page of the operators' desk: the common frame around the page's content. */
export function deskPage({
  reader,
  place,
  ...page
}: FramedPage & { reader: DeskVisitor | DeskReader; place?: DeskPlace }): Page {
  const { locale, common, texts } = reader;
  const { name, imprint, roles } = texts.desk;
  const person = 'operator' in reader && {
    account: reader.operator,
    role: roles[reader.operator.role],
    formToken: reader.formToken,
    navigation: navigation(reader, place),
  };
  return accountPage({
    ...page,
    home: DESK.home,
    layout: 'desk',
    locale,
    common,
    name,
    imprint,
    ...(person && { person }),
  });
}

function navigation({ operator, common, texts }: DeskReader, place: DeskPlace | undefined): Html | false {
  if (operator.passwordIsInitial) return false;
  const places = PLACES.filter(([, permission]) => mayOperator(operator.role, permission));
  return placesNavigation(
    common,
    places.map(([one]) => ({ href: one, text: texts.desk.places[one], isHere: one === place })),
  );
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
