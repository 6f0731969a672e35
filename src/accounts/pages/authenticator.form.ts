import { totpUri } from '../../crypto/totp.ts';
import { html, type Html } from '../../pages/html.ts';
import { qrCode } from '../../pages/qr-code.ts';
import type { ShownAuthenticator } from '../shown-authenticators.ts';
import type { AccountWords } from '../words/words.ts';
import { codeField } from './sign-in.form.ts';

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
