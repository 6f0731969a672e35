import type { CustomerReportKind } from '../report.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Reader } from '../../pages/words.ts';
import { CUSTOMER_WORDS } from '../words/words.ts';
import { SITE_WORDS } from '../../pages/words/words.ts';
import type { Page } from '../../pages/page.ts';
import { personFields, type TypedPerson } from '../../pages/person-fields.ts';
import { endedCard, knownNumber, linkButton, sitePage } from '../../pages/site.ts';

interface ReportPage {
  reader: Reader;
  token: Html;
  /** The number of the logged-in customer. */
  known?: string;
  typed?: TypedPerson;
}

/** The form that reports a lost phone or a forgotten PIN, for people who cannot log in. */
export function reportPage(kind: 'lost_phone' | 'forgotten_pin', page: ReportPage): Page {
  const { reader, token } = page;
  const { title, text, points, submit } =
    reader.words(CUSTOMER_WORDS)[kind === 'lost_phone' ? 'lostPhone' : 'forgottenPin'];
  const address = kind === 'lost_phone' ? '/lost-phone' : '/forgotten-pin';
  const content = html`<section class="card narrow">
    <h1>${title}</h1>
    <p class="lead">${text}</p>
    <ul class="rules">
      ${points.map((point) => html`<li>${point}</li>`)}
    </ul>
    <form method="post" action="${address}" novalidate>
      ${token} ${personOrKnownNumber(page)}
      <button class="${kind === 'lost_phone' ? 'danger' : 'primary'}">${submit}</button>
    </form>
  </section>`;
  const place = kind === 'lost_phone' ? '/lost-phone' : '/new-phone';
  return sitePage({ reader, title, address, place, content, ...faulty(page.typed) });
}

/** The form for a new phone, by the old phone's app or by the carrier's record of the handset. */
export function newPhonePage(page: ReportPage & { waitMinutes: number }): Page {
  const { reader, token, waitMinutes } = page;
  const { newPhone } = reader.words(CUSTOMER_WORDS);
  const content = html`<section class="card narrow">
    <h1>${newPhone.title}</h1>
    <p class="lead">${newPhone.text}</p>
    <form method="post" action="/new-phone" novalidate>
      ${token} ${personOrKnownNumber(page)}
      <div class="choice">
        <h2>${newPhone.old.title}</h2>
        <p>${newPhone.old.text}</p>
        <button class="primary" name="way" value="app">${newPhone.old.submit}</button>
      </div>
      <div class="choice">
        <h2>${newPhone.bySms.title}</h2>
        <p>${newPhone.bySms.text(newPhone.wait(waitMinutes))}</p>
        <ul class="rules">
          ${newPhone.bySms.points.map((point) => html`<li>${point}</li>`)}
        </ul>
        <button class="secondary" name="way" value="sms">${newPhone.bySms.submit}</button>
      </div>
    </form>
    <p class="hint">${newPhone.gone} <a href="/lost-phone">${reader.words(SITE_WORDS).places['/lost-phone']}</a></p>
    <p><a href="/forgotten-pin">${newPhone.pin}</a></p>
  </section>`;
  const { title } = newPhone;
  return sitePage({ reader, title, address: '/new-phone', place: '/new-phone', content, ...faulty(page.typed) });
}

/** The answer to a report. It is the same for every person named, so it reveals nothing about them. */
export function reportedPage(reader: Reader, kind: CustomerReportKind, waitMinutes: number): Page {
  const { reported, newPhone } = reader.words(CUSTOMER_WORDS);
  const { title } = reported[kind];
  const text = kind === 'new_phone' ? reported.new_phone.text(newPhone.wait(waitMinutes)) : reported[kind].text;
  const more = html`<p>${linkButton('/', reader.words(SITE_WORDS).home, 'secondary')}</p>`;
  const content = endedCard({ kind: 'verified', title, text, more });
  return sitePage({ reader, title, address: `/reported/${kind}`, content });
}

function personOrKnownNumber({ reader, known, typed }: ReportPage): Html {
  const { person, my } = reader.words(CUSTOMER_WORDS);
  return known === undefined ? personFields(person, typed) : knownNumber(my.phoneNumber, known);
}

function faulty(typed: TypedPerson | undefined): { status?: number } {
  return (typed?.faults.length ?? 0) > 0 ? { status: 422 } : {};
}
