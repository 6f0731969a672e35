import type { ChosenPasswordFault } from '../../domain/account.ts';
import type { Page } from '../../pages/page.ts';
import type { AccountRequest } from './account-request.ts';
import { choosePasswordForm } from './sign-in.form.ts';

/** The form that replaces the person's password. */
export function choosePasswordPage(at: AccountRequest, home: string, fault: ChosenPasswordFault | null): Page {
  const { choose: texts } = at.common;
  const address = `${home}/password`;
  const lead = at.account.passwordIsInitial && texts.initial;
  const content = choosePasswordForm({ action: address, texts, formToken: at.visitor.formToken(), fault, lead });
  return at.framed({ title: texts.title, address, content, status: fault ? 422 : 200 });
}
