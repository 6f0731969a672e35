import { html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import type { Visitor } from '../../pages/visitor.ts';
import { ACCOUNT_WORDS } from '../words/words.ts';
import type { AccountSurface } from './account-surface.ts';
import { signInForm } from './sign-in.form.ts';

/** What the page that signs a person in shows. */
export interface ShownSignIn {
  /** The page to which the person goes on. */
  then: string | undefined;
  /** The login that was refused, which stays in its field; the page does not reveal which value was wrong. */
  refused?: string;
  hasJoined?: boolean;
}

/** The page that signs a person in at the desk or at the console. */
export function signInPage(surface: AccountSurface, visitor: Visitor, shown: ShownSignIn): Page {
  const { then, refused, hasJoined = false } = shown;
  const { title, hint, joined } = surface.signIn(visitor);
  const { signIn: texts } = visitor.words(ACCOUNT_WORDS);
  const action = `${surface.home}/sign-in`;
  const address = then === undefined ? action : `${action}?then=${encodeURIComponent(then)}`;
  const hidden = html`${visitor.formToken()}${
    then !== undefined && html`<input type="hidden" name="then" value="${then}" />`
  }`;
  const form = { title, action, texts, hidden, ...(refused !== undefined && { refused }) };
  const content = html`${hasJoined && joined && html`<p class="good-note narrow" role="status">${joined}</p>`}
  ${signInForm(form)} ${hint && html`<p class="hint narrow">${hint}</p>`}`;
  return surface.page(visitor, { title, address, content, status: refused === undefined ? 200 : 401 });
}
