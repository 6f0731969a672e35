import { html, type Html } from '../pages/html.ts';
import type { Reader } from '../pages/words.ts';
import type { Exchange } from './service-client.ts';
import { DEMO_WORDS } from './words/words.ts';

/** What the shop's server sent and received, oldest first, and the assertion that it received in readable form. */
export function serverLog(reader: Reader, log: readonly Exchange[], assertion: string | null = null): Html | false {
  if (log.length === 0) return false;
  const messages = reader.words(DEMO_WORDS).shop.server;
  const time = new Intl.DateTimeFormat(reader.locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZone: 'Asia/Seoul',
  });
  return html`<section class="card server" id="server-log" aria-labelledby="server">
    <h2 id="server">${messages.title}</h2>
    <p>${messages.text}</p>
    <ol class="exchanges">
      ${log.map((one, at) => {
        const { call, sent, status, received } = one;
        return html`<li>
          <details ${at === log.length - 1 && html`open`}>
            <summary>
              <time>${time.format(one.at)}</time> <code>${call}</code>
              <span class="status ${status < 300 ? 'good' : 'bad'}">${String(status)}</span>
            </summary>
            ${sent !== undefined && block(messages.sent, sent)} ${block(messages.received, received)}
          </details>
        </li>`;
      })}
    </ol>
    ${
      assertion !== null &&
      html`<h3>${messages.assertion}</h3>
        <p>${messages.assertionText}</p>
        ${block(messages.header, partOf(assertion, 0))} ${block(messages.claims, partOf(assertion, 1))}`
    }
  </section>`;
}

function block(label: string, value: unknown): Html {
  return html`<p class="hint">${label}</p>
    <pre class="card-json" tabindex="0" role="region" aria-label="${label}">${JSON.stringify(value, null, 2)}</pre>`;
}

/** The header (0) or the claims (1) of a compact JWS, which the shop's server got from the service itself. */
function partOf(jws: string, place: 0 | 1): unknown {
  return JSON.parse(Buffer.from(jws.split('.')[place] ?? '', 'base64url').toString('utf8'));
}
