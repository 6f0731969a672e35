import { newAuthenticatorFields } from '../../accounts/pages/authenticator.form.ts';
import { passwordField } from '../../accounts/pages/sign-in.form.ts';
import type { ShownAuthenticator } from '../../accounts/shown-authenticators.ts';
import type { PasswordFault } from '../../domain/account.ts';
import { seoulTime } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { endedCard, linkButton } from '../../pages/site.ts';
import type { SeenInvitation } from '../invitation.store.ts';
import type { Membership } from '../member.store.ts';
import { consolePage, pathIn, type ConsoleReader, type ConsoleVisitor } from './frame.ts';

/** The page of the invitation whose link a person opened. */
export const INVITATION = '/console/invitation';

/** Why a person did not join. */
export type JoinFault = PasswordFault | 'code' | 'taken' | 'names';

/** For a link that was used, withdrawn or is too old, and for one that never was. */
export function goneInvitationPage(reader: ConsoleVisitor): Page {
  const { invitation: words, frame } = reader.texts;
  const more = html`<p>${linkButton('/console/sign-in', frame.signIn)}</p>`;
  const content = endedCard({ kind: 'failed', title: words.gone, text: words.goneText, more });
  return consolePage({ title: words.gone, address: '/console/sign-in', content, reader, status: 404 });
}

/** For a person who is signed in; one who is a member already has nothing to accept. */
export function acceptPage(
  reader: ConsoleReader,
  { invitation, membership }: { invitation: SeenInvitation; membership: Membership | undefined },
): Page {
  const { invitation: words, frame } = reader.texts;
  const title = words.title(invitation.client.name);
  const as = html`<p>${words.as(reader.account.name, reader.account.login)}</p>
    <p class="hint">${words.other}</p>`;
  const content = membership
    ? html`<section class="card narrow">
        <h1>${title}</h1>
        <p class="lead">${words.already(frame.roles[membership.role])}</p>
        ${as} ${linkButton(pathIn(membership, 'home'), words.toHome)}
      </section>`
    : html`<form class="card narrow" method="post" action="${INVITATION}/accept">
        <h1>${title}</h1>
        ${what(reader, invitation)} ${reader.formToken} ${as}
        <button class="primary">${words.accept}</button>
      </form>`;
  return consolePage({ title, address: INVITATION, content, reader });
}

/** For a person who has no account yet, or is not signed in. */
export function joinPage(
  reader: ConsoleVisitor,
  form: {
    invitation: SeenInvitation;
    shown: ShownAuthenticator;
    login?: string;
    name?: string;
    fault?: JoinFault;
  },
  formToken: Html,
): Page {
  const { invitation: words } = reader.texts;
  const { invitation, shown, login = '', name = invitation.invitee, fault } = form;
  const content = html`<form class="card narrow" method="post" action="${INVITATION}/join">
      <h1>${words.title(invitation.client.name)}</h1>
      ${what(reader, invitation)}
      ${fault !== undefined && html`<p class="alert" role="alert">${words.faults[fault]}</p>`} ${formToken}
      <div class="field">
        <label for="name">${words.name}</label>
        <input id="name" name="name" value="${name}" maxlength="60" autocomplete="name" required />
      </div>
      <div class="field">
        <label for="login">${words.login}</label>
        <input
          id="login"
          name="login"
          value="${login}"
          maxlength="32"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          required
          aria-describedby="login-hint"
        />
        <p class="hint" id="login-hint">${words.loginHint}</p>
      </div>
      ${passwordField('chosen', words.password, 'new-password', words.passwordHint)}
      ${passwordField('again', words.again, 'new-password')}
      <h2>${words.authenticator}</h2>
      ${newAuthenticatorFields(reader.common.authenticator, shown, login || invitation.invitee)}
      <button class="primary">${words.join}</button>
    </form>
    <p class="narrow">
      ${words.have} <a href="/console/sign-in?then=${encodeURIComponent(INVITATION)}">${words.signIn}</a>
    </p>`;
  const title = words.title(invitation.client.name);
  return consolePage({ title, address: INVITATION, content, reader, ...(fault !== undefined && { status: 422 }) });
}

function what({ locale, texts }: ConsoleVisitor, { role, expiresAt }: SeenInvitation): Html {
  const { invitation: words, frame } = texts;
  return html`<p class="lead">${words.role(frame.roles[role])} ${words.until(seoulTime(expiresAt, locale))}</p>`;
}
