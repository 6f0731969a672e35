import type { AuthenticatorFault, ChosenPasswordFault } from '../../domain/account.ts';
import { html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import type { ShownAuthenticator } from '../shown-authenticators.ts';
import type { AccountRequest } from './account-request.ts';
import { newAuthenticatorFields } from './authenticator.form.ts';
import { choosePasswordForm, codeField, passwordField } from './sign-in.form.ts';

/** The form that replaces the person's password. */
export function choosePasswordPage(at: AccountRequest, home: string, fault: ChosenPasswordFault | null): Page {
  const { choose: texts } = at.common;
  const address = `${home}/password`;
  const lead = at.account.passwordIsInitial && texts.initial;
  const content = choosePasswordForm({ action: address, texts, formToken: at.visitor.formToken(), fault, lead });
  return at.framed({ title: texts.title, address, content, status: fault ? 422 : 200 });
}

/** The form that replaces the person's authenticator. */
export function chooseAuthenticatorPage(
  at: AccountRequest,
  { home, shown, fault }: { home: string; shown: ShownAuthenticator; fault: AuthenticatorFault | null },
): Page {
  const { authenticator: texts } = at.common;
  const address = `${home}/authenticator`;
  const content = html`<form class="card narrow" method="post" action="${address}">
    <h1>${texts.title}</h1>
    <p class="lead">${texts.lead}</p>
    ${fault && html`<p class="alert" role="alert">${texts.faults[fault]}</p>`} ${at.visitor.formToken()}
    ${passwordField('present', texts.present, 'current-password')} ${codeField('old', texts.old, texts.oldHint)}
    <h2>${texts.newOne}</h2>
    ${newAuthenticatorFields(texts, shown, at.account.login)}
    <button class="primary">${texts.submit}</button>
    <p class="hint">${texts.lost}</p>
  </form>`;
  return at.framed({ title: texts.title, address, content, status: fault ? 422 : 200 });
}
