import type { SentText } from '../../delivery/text-messages.ts';
import { html, type Html } from '../../pages/html.ts';
import { type DeskReader } from './desk.ts';
import { wideTable } from '../../pages/wide-table.ts';
import { dateSecond } from '../../pages/format.ts';

/** Where an agent looks when a customer says that no message comes: what was sent, and what the SMS centre told of it. */
export function textsCard({ texts, locale }: DeskReader, sent: readonly SentText[], title: string): Html {
  const { columns, texts: words } = texts.desk;
  const head = [columns.when, columns.what, columns.relyingParty, columns.result, words.settled];
  const rows = sent.map(
    ({ sentAt, relyingParty, notice, state, settledAt }) =>
      html`<tr>
        <td>${dateSecond(sentAt, locale)}</td>
        <td>
          ${relyingParty !== null ? words.code : notice === 'enrolment_code' ? words.enrolmentCode : words.notice}
        </td>
        <td>${relyingParty ?? '–'}</td>
        <td>${words.states[state]}</td>
        <td>${settledAt ? dateSecond(settledAt, locale) : '–'}</td>
      </tr>`,
  );
  return html`<section class="card">
    <h2 id="texts">${title}</h2>
    ${rows.length === 0 ? html`<p class="hint">${words.none}</p>` : wideTable('texts', head, rows)}
  </section>`;
}
