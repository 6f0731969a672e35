import { choosePasswordForm, signInForm, type ChosenPasswordFault } from '../../accounts/pages/sign-in.form.ts';
import type { Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { deskPage, type DeskReader, type DeskVisitor } from './desk.ts';

/**
 * The sign-in page. After a refusal, `refused` is the typed login, which stays in its field; the page does not reveal
 * which value was wrong.
 */
export function signInPage(reader: DeskVisitor, formToken: Html, refused?: string): Page {
  const { signIn: texts } = reader.texts.desk;
  const address = '/operator/sign-in';
  const form = { action: address, texts, hidden: formToken, ...(refused !== undefined && { refused }) };
  const status = refused === undefined ? 200 : 401;
  return deskPage({ title: texts.title, address, content: signInForm(form), reader, status });
}

/** The form that replaces the operator's password. */
export function passwordPage(reader: DeskReader, fault: ChosenPasswordFault | null): Page {
  const { operator, formToken } = reader;
  const { choose: texts } = reader.texts.desk;
  const address = '/operator/password';
  const lead = operator.passwordIsInitial && texts.initial;
  const content = choosePasswordForm({ action: address, texts, formToken, fault, lead });
  return deskPage({ title: texts.title, address, content, reader, status: fault ? 422 : 200 });
}
