import { CORRECTABLE_FACTS, type CorrectableFact } from '../../domain/correction.ts';
import { mayOperator } from '../../domain/operator.ts';
import { choices } from '../../pages/choices.ts';
import { dateTime } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { facts, linkButton } from '../../pages/site.ts';
import type { OpenCorrection } from '../corrections.ts';
import { callReasonField, deskPage, reasonField, type DeskReader } from './desk.ts';

/** The longest description of what is wrong. */
export const LONGEST_DETAIL = 200;

/** What was typed into the form, and what is wrong with it. */
export interface TypedCorrection {
  fact: CorrectableFact | undefined;
  detail: string;
  reason: string;
  faults: readonly ('fact' | 'detail' | 'reason')[];
}

/** The requests of one subscription for what the carrier must change, and the form for another one. */
export function correctionsCard(
  reader: DeskReader,
  subscriptionId: string,
  corrections: readonly OpenCorrection[],
  mayAsk: boolean,
): Html {
  const { corrections: words } = reader.texts;
  return html`<section class="card" aria-labelledby="corrections">
    <h2 id="corrections">${words.title}</h2>
    ${corrections.length === 0 && html`<p class="hint">${words.none}</p>`}
    ${
      corrections.length > 0 &&
      html`<ul class="plain">
        ${corrections.map(
          ({ fact, detail, askedBy, askedAt }) =>
            html`<li>
              <strong>${words.facts[fact]}</strong> ${detail}
              <span class="hint">${askedBy} · ${dateTime(askedAt, reader.locale)}</span>
            </li>`,
        )}
      </ul>`
    }
    ${
      mayAsk &&
      mayOperator(reader.operator.role, 'ask_correction') &&
      html`<details>
        <summary>${words.ask}</summary>
        ${correctionForm(reader, subscriptionId, { fact: undefined, detail: '', reason: '', faults: [] })}
      </details>`
    }
  </section>`;
}

function correctionForm(reader: DeskReader, subscriptionId: string, typed: TypedCorrection): Html {
  const { corrections: words } = reader.texts;
  const isFaulty = typed.faults.includes('detail');
  return html`<form method="post" action="/operator/subscriptions/${subscriptionId}/ask-correction">
    <p class="hint">${words.askText}</p>
    ${reader.formToken}
    ${choices({
      name: 'fact',
      legend: words.fact,
      options: CORRECTABLE_FACTS.map((one) => [one, words.facts[one]]),
      chosen: typed.fact,
      fault: typed.faults.includes('fact') && words.faults.fact,
      takesFocus: typed.faults[0] === 'fact',
    })}
    <div class="field">
      <label for="correction-detail">${words.detail}</label>
      <textarea
        rows="1"
        id="correction-detail"
        name="detail"
        maxlength="${LONGEST_DETAIL}"
        autocomplete="off"
        required
        ${isFaulty && html`aria-invalid="true"`}
        aria-describedby="correction-detail-hint correction-detail-fault"
      >
${typed.detail}</textarea>
      <p class="hint" id="correction-detail-hint">${words.detailHint}</p>
      <p class="fault" id="correction-detail-fault">${isFaulty && words.faults.detail}</p>
    </div>
    ${callReasonField(reader, 'reason-correction', {
      ...(typed.reason !== '' && { value: typed.reason }),
      fault: typed.faults.includes('reason') ? reader.texts.reissues.faults.reason : '',
    })}
    <button class="secondary">${words.submit}</button>
  </form>`;
}

/** The form as a page of its own, with a message at each invalid field. */
export function correctionPage(reader: DeskReader, subscriptionId: string, typed: TypedCorrection): Page {
  const { corrections: words, reissues } = reader.texts;
  const address = `/operator/subscriptions/${subscriptionId}`;
  const content = html`<section class="card narrow">
    <h1>${words.ask}</h1>
    ${correctionForm(reader, subscriptionId, typed)} ${linkButton(address, reissues.code.back, 'secondary')}
  </section>`;
  return deskPage({ title: words.ask, address, content, reader, place: '/operator', status: 422 });
}

/** What the carrier must change, for supervisors, who close it when the carrier was told. Nothing for others. */
export function openCorrections(reader: DeskReader, corrections: readonly OpenCorrection[]): Html | false {
  const { corrections: words, desk } = reader.texts;
  if (!mayOperator(reader.operator.role, 'close_correction')) return false;
  return html`<section class="desk-section" aria-labelledby="corrections">
    <h2 id="corrections">${words.title}</h2>
    ${corrections.length === 0 && html`<p class="card nothing">${words.none}</p>`}
    <ul class="desk-results">
      ${corrections.map(
        ({ id, subscriptionId, phoneNumber, fact, detail, askedBy, askedAt }) =>
          html`<li class="card">
            <p class="desk-title"><strong>${words.facts[fact]}</strong></p>
            ${facts([
              [desk.columns.number, phoneNumber ?? desk.unknownNumber],
              [words.detail, detail],
              [desk.columns.by, askedBy],
              [desk.columns.when, dateTime(askedAt, reader.locale)],
            ])}
            <p><a href="/operator/subscriptions/${subscriptionId}">${desk.approvals.look}</a></p>
            <form method="post" action="/operator/corrections/${id}/close">
              <p class="hint">${words.closeText}</p>
              ${reader.formToken} ${reasonField(desk, `close-${id}`)}
              <button class="secondary">${words.close}</button>
            </form>
          </li>`,
      )}
    </ul>
  </section>`;
}
