import { LONGEST_PASSWORD } from '../../domain/account.ts';
import { deskPage, type DeskReader, type DeskVisitor } from './desk.ts';
import { html, type Html } from '../../pages/html.ts';
import type { DeskWords } from '../words/words.ts';
import type { Page } from '../../pages/page.ts';

/**
 * The sign-in page. After a refusal, `refused` is the typed login, which stays in its field; the page does not reveal
 * which value was wrong.
 */
export function signInPage(reader: DeskVisitor, formToken: Html, refused?: string): Page {
  const wrong = refused !== undefined;
  const isKept = wrong && refused !== '';
  const { signIn: messages } = reader.texts.desk;
  const content = html`<form class="card narrow" method="post" action="/operator/sign-in">
    <h1>${messages.title}</h1>
    ${wrong && html`<p class="alert" role="alert">${messages.wrong}</p>`} ${formToken}
    <div class="field">
      <label for="login">${messages.login}</label>
      <input
        id="login"
        name="login"
        autocomplete="username"
        autocapitalize="none"
        spellcheck="false"
        value="${refused ?? ''}"
        required
        ${!isKept && html`autofocus`}
      />
    </div>
    <div class="field">
      <label for="password">${messages.password}</label>
      <input
        id="password"
        name="password"
        type="password"
        autocomplete="current-password"
        required
        ${isKept && html`autofocus`}
      />
    </div>
    <div class="field">
      <label for="code">${messages.code}</label>
      <input
        id="code"
        name="code"
        inputmode="numeric"
        autocomplete="one-time-code"
        required
        aria-describedby="code-hint"
      />
      <p class="hint" id="code-hint">${messages.codeHint}</p>
    </div>
    <button class="primary">${messages.submit}</button>
  </form>`;
  const status = wrong ? 401 : 200;
  return deskPage({ title: messages.title, address: '/operator/sign-in', content, reader, status });
}

export type PasswordFault = keyof DeskWords['choose']['faults'];

/** The form that replaces the operator's password. */
export function passwordPage(reader: DeskReader, fault: PasswordFault | null): Page {
  const { operator, formToken } = reader;
  const { choose: messages } = reader.texts.desk;
  const content = html`<form class="card narrow" method="post" action="/operator/password">
    <h1>${messages.title}</h1>
    ${operator.passwordIsInitial && html`<p class="lead">${messages.initial}</p>`}
    ${fault && html`<p class="alert" role="alert">${messages.faults[fault]}</p>`} ${formToken}
    ${passwordField('present', messages.present, 'current-password')}
    ${passwordField('chosen', messages.chosen, 'new-password', messages.chosenHint)}
    ${passwordField('again', messages.again, 'new-password')}
    <button class="primary">${messages.submit}</button>
  </form>`;
  const status = fault ? 422 : 200;
  return deskPage({ title: messages.title, address: '/operator/password', content, reader, status });
}

function passwordField(id: string, label: string, autocomplete: string, hint?: string): Html {
  return html`<div class="field">
    <label for="${id}">${label}</label>
    <input
      id="${id}"
      name="${id}"
      type="password"
      autocomplete="${autocomplete}"
      maxlength="${LONGEST_PASSWORD}"
      required
      ${hint && html`aria-describedby="${id}-hint"`}
    />
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
  </div>`;
}
