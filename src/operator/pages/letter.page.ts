import { seoulDay } from '../../domain/person.ts';
import type { Recipient } from '../../customers/reissue-applications.ts';
import type { IssuedReissue } from '../reissue-desk.ts';
import { deskPage, type DeskReader } from './desk.ts';
import { calendarDay, seoulTime } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { LetterWords } from '../words/words.ts';
import type { Page } from '../../pages/page.ts';
import { qrCode } from '../../pages/qr-code.ts';
import { facts, linkButton } from '../../pages/site.ts';
import type { LetterLocale } from './desk-request.ts';

/**
 * The recipient of a letter as far as the service knows them. Name and postal address are known only to the carrier,
 * unless the customer gave them with an own application.
 */
export interface Addressee {
  subscriptionId: string;
  phoneNumber: string | null;
  recipient: Recipient | null;
}

/** The letter that brings a code by post: one sheet of A4, to be printed and folded into a window envelope. */
export function letterPage(
  reader: DeskReader,
  letters: Record<LetterLocale, LetterWords>,
  { subscriptionId, phoneNumber, recipient }: Addressee,
  issued: IssuedReissue,
  now: Date,
): Page {
  const { letter, code } = reader.texts.reissues;
  const address = `/operator/subscriptions/${subscriptionId}`;
  const content = html`<section class="card letter-tools">
      <p class="lead">${letter.text}</p>
      <p class="hint">${letter.again}</p>
      ${linkButton(address, code.back, 'secondary')}
    </section>
    ${sheet(letters, issued, { phoneNumber, recipient }, now)}`;
  const page = deskPage({ title: letter.title, address, content, reader, place: '/operator' });
  return { ...page, layout: 'letter' };
}

function sheet(
  { ko, en }: Record<LetterLocale, LetterWords>,
  issued: IssuedReissue,
  { phoneNumber, recipient }: Omit<Addressee, 'subscriptionId'>,
  now: Date,
): Html {
  const { reissueId, enrolmentCode, enrolmentUri, expiresAt } = issued;
  return html`<article class="letter" lang="ko">
    <header class="letter-head">
      <p class="letter-sender">
        <strong>${ko.sender}</strong> <span lang="en">${en.sender}</span><br />${ko.callCentre}
      </p>
      <div class="letter-window">
        ${
          recipient &&
          html`<p>${recipient.address}</p>
            <p><strong>${recipient.name}</strong> ${ko.honorific}</p>
            <p>${recipient.postcode}</p>`
        }
      </div>
      <div class="letter-marks">
        ${facts([
          [`${ko.date} / ${en.date}`, calendarDay(seoulDay(now), 'ko')],
          [`${ko.line} / ${en.line}`, phoneNumber ?? '–'],
          [`${ko.number} / ${en.number}`, reissueId],
        ])}
      </div>
    </header>
    <h1>${ko.title}</h1>
    <p>${ko.text}</p>
    ${steps(ko)}
    <section class="letter-code" aria-labelledby="letter-code">
      <figure class="qr">${qrCode(enrolmentUri, ko.qr)}</figure>
      <div class="letter-words">
        <h2 id="letter-code">${ko.code} <span lang="en">${en.code}</span></h2>
        <p class="letter-groups">${enrolmentCode.split('-').map((group) => html`<span>${group}</span> `)}</p>
        <p>
          <strong>${ko.until(seoulTime(expiresAt, 'ko'))}</strong> · <strong>${ko.once}</strong><br />
          <span lang="en">${en.once}, ${en.until(seoulTime(expiresAt, 'en'))}.</span>
        </p>
      </div>
    </section>
    <p><strong>${ko.notYou.title}</strong> ${ko.notYou.text} ${ko.callCentre}. ${ko.secret}</p>
    <section class="letter-english" lang="en">
      <h2>${en.title}</h2>
      <p>${en.text}</p>
      ${steps(en)}
      <p><strong>${en.notYou.title}</strong> ${en.notYou.text} ${en.callCentre}. ${en.secret}</p>
    </section>
  </article>`;
}

function steps(letter: LetterWords): Html {
  return html`<ol class="stages">
    ${letter.steps.map((step) => html`<li>${step}</li>`)}
  </ol>`;
}
