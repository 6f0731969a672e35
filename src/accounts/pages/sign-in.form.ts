import { LONGEST_PASSWORD, type ChosenPasswordFault } from '../../domain/account.ts';
import { html, type Html } from '../../pages/html.ts';
import type { AccountWords } from '../words/words.ts';

/**
 * The form that signs a person in. After a refusal, `refused` is the typed login, which stays in its field; the form does
 * not reveal which value was wrong. `hidden` are further fields, the form's token among them.
 */
export function signInForm(form: {
  title: string;
  action: string;
  texts: AccountWords['signIn'];
  hidden: Html;
  refused?: string;
}): Html {
  const { title, action, texts, hidden, refused } = form;
  const isWrong = refused !== undefined;
  const isKept = isWrong && refused !== '';
  return html`<form class="card narrow" method="post" action="${action}">
    <h1>${title}</h1>
    ${isWrong && html`<p class="alert" role="alert">${texts.wrong}</p>`} ${hidden}
    <div class="field">
      <label for="login">${texts.login}</label>
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
      <label for="password">${texts.password}</label>
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
      <label for="code">${texts.code}</label>
      <input
        id="code"
        name="code"
        inputmode="numeric"
        autocomplete="one-time-code"
        required
        aria-describedby="code-hint"
      />
      <p class="hint" id="code-hint">${texts.codeHint}</p>
    </div>
    <button class="primary">${texts.submit}</button>
  </form>`;
}

/** The form that replaces the password of the person who is signed in. */
export function choosePasswordForm(form: {
  action: string;
  texts: AccountWords['choose'];
  formToken: Html;
  fault: ChosenPasswordFault | null;
  lead?: string | false;
}): Html {
  const { action, texts, formToken, fault, lead } = form;
  return html`<form class="card narrow" method="post" action="${action}">
    <h1>${texts.title}</h1>
    ${lead && html`<p class="lead">${lead}</p>`}
    ${fault && html`<p class="alert" role="alert">${texts.faults[fault]}</p>`} ${formToken}
    ${passwordField('present', texts.present, 'current-password')}
    ${passwordField('chosen', texts.chosen, 'new-password', texts.chosenHint)}
    ${passwordField('again', texts.again, 'new-password')}
    <button class="primary">${texts.submit}</button>
  </form>`;
}

/** A field for a password; its name is its id. */
export function passwordField(id: string, label: string, autocomplete: string, hint?: string): Html {
  const input = html`type="password" autocomplete="${autocomplete}" maxlength="${LONGEST_PASSWORD}"`;
  return requiredField(id, label, input, hint);
}

/** A field for the code of an authenticator app; its name is its id. */
export function codeField(id: string, label: string, hint?: string): Html {
  return requiredField(id, label, html`inputmode="numeric" autocomplete="one-time-code" maxlength="20"`, hint);
}

function requiredField(id: string, label: string, input: Html, hint?: string): Html {
  return html`<div class="field">
    <label for="${id}">${label}</label>
    <input id="${id}" name="${id}" ${input} required ${hint && html`aria-describedby="${id}-hint"`} />
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
  </div>`;
}
