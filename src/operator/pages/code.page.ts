import { ENROLMENT_SECONDS } from '../../domain/device.ts';
import type { ProblemCode } from '../../domain/problem.ts';
import { PROBLEM_CATALOGUE } from '../../http/problem-catalogue.ts';
import { clockFace } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { qrCode } from '../../pages/qr-code.ts';
import { facts, linkButton } from '../../pages/site.ts';
import type { Enrolment } from '../../subscriptions/subscriptions.ts';
import { spelled } from '../spelling.ts';
import { deskPage, type DeskReader } from './desk.ts';

/** An enrolment code, large enough to be read aloud, with a word for each character, a QR code and the time left. */
export function enrolmentCodePage(
  reader: DeskReader,
  { enrolmentCode, enrolmentUri }: Enrolment,
  shown: {
    approvalId: string;
    mayText: boolean;
    isTexted?: boolean;
    /** Why the code was not texted. */
    refusal?: ProblemCode | undefined;
    expiresAt?: Date;
  },
): Page {
  const { code: words, approvals } = reader.texts.desk;
  const address = '/operator/approvals';
  const now = new Date();
  const until = (shown.expiresAt ?? new Date(now.getTime() + ENROLMENT_SECONDS * 1_000)).toISOString();
  const content = html`<section class="card narrow">
    <h1>${words.title}</h1>
    ${shown.isTexted && html`<p class="good-note" role="status">${words.texted}</p>`}
    ${shown.refusal && html`<p class="alert" role="alert">${words.notTexted[shown.refusal] ?? words.notTexted.other}</p>`}
    <p class="lead">${words.text}</p>
    <p class="enrolment-code">${enrolmentCode}</p>
    <p class="countdown">
      ${words.left}
      <strong role="timer" aria-live="off" data-until="${until}" data-now="${now.toISOString()}" data-then="${address}"
        >${clockFace(until, now)}</strong
      >
    </p>
    <p><strong>${words.minutes}</strong></p>
    ${
      shown.mayText
        ? html`<form method="post" action="/operator/approvals/${shown.approvalId}/text">
            ${reader.formToken}
            <input type="hidden" name="enrolmentCode" value="${enrolmentCode}" />
            <button class="secondary">${shown.isTexted ? words.textAgain : words.textIt}</button>
            <p class="hint">${words.textHint}</p>
          </form>`
        : !shown.refusal && html`<p class="hint">${words.noText}</p>`
    }
    <h2 id="spelling">${words.spelling}</h2>
    ${spelling(reader, enrolmentCode)}
    <figure class="qr">${qrCode(enrolmentUri, words.qr)}</figure>
    ${facts([[words.uri, enrolmentUri]])} ${linkButton(address, approvals.toList)}
  </section>`;
  const status = shown.refusal && { status: PROBLEM_CATALOGUE[shown.refusal].status };
  return deskPage({ title: words.title, address, content, reader, place: address, ...status });
}

/** A word for each character, a line for each group. */
function spelling({ locale }: DeskReader, code: string): Html {
  return html`<ol class="spelling" aria-labelledby="spelling">
    ${code
      .split('-')
      .map(
        (group) =>
          html`<li>
            <strong>${group}</strong> ${Array.from(group, (character) => spelled(character, locale)).join(' · ')}
          </li>`,
      )}
  </ol>`;
}
