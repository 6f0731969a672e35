import { choosePasswordForm, signInForm, type ChosenPasswordFault } from '../../accounts/pages/sign-in.form.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { consolePage, type ConsoleReader, type ConsoleVisitor } from './frame.ts';

/** The page that signs a person in; `then` is the page to which the person goes on. */
export function consoleSignInPage(
  reader: ConsoleVisitor,
  formToken: Html,
  { then, refused, hasJoined = false }: { then: string | undefined; refused?: string; hasJoined?: boolean },
): Page {
  const { signIn: texts, frame } = reader.texts;
  const action = '/console/sign-in';
  const address = then === undefined ? action : `${action}?then=${encodeURIComponent(then)}`;
  const hidden = html`${formToken}${then !== undefined && html`<input type="hidden" name="then" value="${then}" />`}`;
  const form = { action, texts, hidden, ...(refused !== undefined && { refused }) };
  const content = html`${hasJoined && html`<p class="good-note narrow" role="status">${frame.joined}</p>`}
    ${signInForm(form)}
    <p class="hint narrow">${texts.invitedOnly}</p>`;
  return consolePage({ title: texts.title, address, content, reader, status: refused === undefined ? 200 : 401 });
}

/** The form that replaces the person's password. */
export function consolePasswordPage(reader: ConsoleReader, fault: ChosenPasswordFault | null): Page {
  const { choose: texts } = reader.texts;
  const address = '/console/password';
  const content = choosePasswordForm({ action: address, texts, formToken: reader.formToken, fault });
  return consolePage({ title: texts.title, address, content, reader, status: fault ? 422 : 200 });
}
