import { AUTHENTICATOR_TERMS } from '../domain/authenticator.ts';
import { html } from '../pages/html.ts';
import type { Page } from '../pages/page.ts';
import type { Reader } from '../pages/words.ts';
import { APP_SHELL_WORDS } from './words/words.ts';

/**
 * The page of the app that people install. It is the same for everybody, so that the service worker can store it; its
 * script draws everything else.
 */
export function appPage(input: {
  reader: Reader;
  issuer: string;
  vendorCode: string;
  /** The address of the script that reads QR codes where the browser does not. */
  scanner: string;
}): Page {
  const { reader, issuer, vendorCode, scanner } = input;
  const { locale } = reader;
  const { title, needsScript } = reader.words(APP_SHELL_WORDS);
  const body = html`<div class="update" id="update" role="status"></div>
    <main
      class="installed-app"
      id="phone"
      data-issuer="${issuer}"
      data-vendor-code="${vendorCode}"
      data-terms="${AUTHENTICATOR_TERMS}"
      data-scanner="${scanner}"
    >
      <div class="banner" id="banner" role="status"></div>
      <div class="display" id="display"><noscript>${needsScript}</noscript></div>
      <p class="unseen" id="said" role="status"></p>
    </main>`;
  return {
    locale,
    title,
    layout: 'app',
    script: 'installed.js',
    compiles: true,
    opener: 'same-origin',
    installable: { manifest: `/app/manifest.webmanifest?lang=${locale}`, icon: '/app/icon-180.png', title },
    body,
  };
}
