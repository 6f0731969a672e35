import { totpUri } from '../../crypto/totp.ts';
import { html, type Html } from '../../pages/html.ts';
import { qrCode } from '../../pages/qr-code.ts';
import type { ShownAuthenticator } from '../shown-authenticators.ts';
import type { AccountWords } from '../words/words.ts';

/** The part of a form that shows a new authenticator, as QR code and as text, and takes a code of it. */
export function newAuthenticatorFields(
  texts: AccountWords['authenticator'],
  { totpSecret, sealed }: ShownAuthenticator,
  account: string,
): Html {
  const uri = totpUri({ issuer: 'Pushguard', account, secret: totpSecret });
  return html`<input type="hidden" name="sealed" value="${sealed}" />
    <p>${texts.scan}</p>
    <div class="qr">${qrCode(uri, texts.qrLabel)}</div>
    <p class="hint">${texts.type}</p>
    <p class="shown-secret"><code>${totpSecret.replace(/(.{4})(?=.)/g, '$1 ')}</code></p>
    ${codeField('code', texts.code)}`;
}

/** A field for the code of an authenticator app; its name is its id. */
export function codeField(id: string, label: string, hint?: string): Html {
  return html`<div class="field">
    <label for="${id}">${label}</label>
    <input
      id="${id}"
      name="${id}"
      inputmode="numeric"
      autocomplete="one-time-code"
      maxlength="20"
      required
      ${hint && html`aria-describedby="${id}-hint"`}
    />
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
  </div>`;
}
