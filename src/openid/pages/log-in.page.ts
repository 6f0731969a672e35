import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import type { Sentence } from '../../pages/sentence.ts';
import type { Reader } from '../../pages/words.ts';
import type { LogInFault } from '../words/keys.ts';
import { OPENID_WORDS, type OpenIdWords } from '../words/words.ts';

/** The page of a request that goes nowhere. `detail` says in English what to correct, and repeats nothing of the request. */
export function faultPage(reader: Reader, fault: { kind: LogInFault; status: number; detail?: string }): Page {
  const messages = reader.words(OPENID_WORDS);
  const said = messages.faults[fault.kind];
  const detail =
    fault.detail && html`<p class="hint">${messages.forOperators}: <span lang="en">${fault.detail}</span></p>`;
  const body = card(messages, said, detail || html``);
  return { status: fault.status, locale: reader.locale, title: said.title, layout: 'window', body };
}

/** The page that posts an answer to the client (OAuth 2.0 Form Post Response Mode, 2). */
export function formPostPage(reader: Reader, address: string, fields: Readonly<Record<string, string>>): Page {
  const messages = reader.words(OPENID_WORDS);
  const body = card(
    messages,
    messages.going,
    html`<form method="post" action="${address}">
      ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
      <button class="primary">${messages.goOn}</button>
    </form>`,
  );
  const { locale } = reader;
  return {
    locale,
    title: messages.going.title,
    layout: 'window',
    script: 'form-post.js',
    // Chromium applies the policy to every redirect after the form, and where the client sends the person is its own matter.
    formTarget: new URL(address).protocol === 'https:' ? 'https:' : 'http: https:',
    // Without an origin the form would be posted with Origin: null, which the protection of many frameworks refuses.
    referrer: 'strict-origin',
    body,
  };
}

function card({ protectedBy }: OpenIdWords, { title, text }: Sentence, rest: Html): Html {
  return html`<main class="card ended closed">
    <header class="asker"><p class="mark">${protectedBy}</p></header>
    <h1>${title}</h1>
    <p class="lead">${text}</p>
    ${rest}
  </main>`;
}
