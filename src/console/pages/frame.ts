import type { SignedInAccount } from '../../accounts/account.ts';
import {
  accountPage,
  doneNote as accountDoneNote,
  placesNavigation,
  type FramedPage,
} from '../../accounts/pages/account-page.ts';
import type { AccountSurface } from '../../accounts/pages/account-surface.ts';
import { ACCOUNT_WORDS, type AccountWords } from '../../accounts/words/words.ts';
import { mayMember, MEMBER_ROLES, type MemberPermission, type MemberRole } from '../../domain/console.ts';
import type { Locale } from '../../domain/locale.ts';
import { PROBLEM_CATALOGUE } from '../../http/problem-catalogue.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import type { Visitor } from '../../pages/visitor.ts';
import { CONSOLE_COOKIE } from '../console-sessions.ts';
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
  /** The texts that the console shares with the desk. */
  common: AccountWords;
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
  return { locale: visitor.locale, common: visitor.words(ACCOUNT_WORDS), texts: visitor.words(CONSOLE_WORDS) };
}

/** The address of a page of the client that a person looks at. */
export function pathIn({ client }: Pick<ClientReader, 'client'>, page: string): string {
  const home = `/console/clients/${encodeURIComponent(client.clientId)}`;
  return page === 'home' ? home : `${home}/${page}`;
}

/** A page of one client: the common frame with the navigation around the page's content. */
export function clientPage(page: FramedPage & { reader: ClientReader; place: ConsolePlace }): Page {
  return consolePage(page);
}

/** The console, in the pages that it shares with the desk. */
export const CONSOLE: AccountSurface = {
  home: '/console',
  cookie: CONSOLE_COOKIE,
  page: (visitor, page) => consolePage({ ...page, reader: consoleVisitor(visitor) }),
  signIn(visitor) {
    const { frame } = consoleVisitor(visitor).texts;
    return { title: frame.signInTitle, hint: frame.invitedOnly, joined: frame.joined };
  },
  sentence(visitor, { code, members }) {
    const { common, texts } = consoleVisitor(visitor);
    if (code !== 'insufficient_scope') {
      // What belongs to another client has problems of its own for programs; a person reads one sentence.
      const isUnknown = PROBLEM_CATALOGUE[code].status === 404;
      return isUnknown ? common.problems.not_found : texts.problems[code];
    }
    const roles = MEMBER_ROLES.filter((role) => members.roles?.includes(role)).map((role) => texts.frame.roles[role]);
    return common.notPermitted(roles.join(', '));
  },
};

/** A page of the console: the common frame around the page's content. */
export function consolePage({
  reader,
  place,
  ...page
}: FramedPage & { reader: ConsoleVisitor | ConsoleReader | ClientReader; place?: ConsolePlace }): Page {
  const { locale, common, texts } = reader;
  const { name, imprint, roles } = texts.frame;
  const person = 'account' in reader && {
    account: reader.account,
    role: 'member' in reader ? roles[reader.member.role] : undefined,
    formToken: reader.formToken,
    navigation: 'client' in reader && navigation(reader, place),
  };
  return accountPage({
    ...page,
    home: CONSOLE.home,
    layout: 'console',
    locale,
    common,
    name,
    imprint,
    ...(person && { person }),
  });
}

function navigation(reader: ClientReader, place: ConsolePlace | undefined): Html {
  const messages = reader.texts.frame;
  const places = PLACES.filter(([, permission]) => mayMember(reader.member.role, permission));
  return html`<p class="console-client">
      <a href="/console">${messages.clients}</a> <strong>${reader.client.name}</strong>
    </p>
    ${placesNavigation(
      reader.common,
      places.map(([one]) => ({ href: pathIn(reader, one), text: messages.places[one], isHere: one === place })),
    )}`;
}

/** The message that confirms a completed action, which the query names. */
export function doneNote({ common, texts }: ConsoleVisitor, done: string | undefined): Html | false {
  return accountDoneNote({ ...common.done, ...texts.done }, done);
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
