import type { OwnApplication } from '../reissue-applications.ts';
import type { ReissueField } from '../reissue-field.ts';
import { CHECKED_PROOFS } from '../../domain/reissue-application.ts';
import { REISSUE_CAUSES, REISSUE_DELIVERIES } from '../../domain/reissue.ts';
import { dateTime } from '../../pages/format.ts';
import { choices } from '../../pages/choices.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Reader } from '../../pages/words.ts';
import { CUSTOMER_WORDS } from '../words/words.ts';
import { SITE_WORDS } from '../../pages/words/words.ts';
import type { Page } from '../../pages/page.ts';
import { personFields, type TypedPerson } from '../../pages/person-fields.ts';
import { facts, knownNumber, linkButton, sitePage } from '../../pages/site.ts';
import type { TypedReissue } from './read-reissue.ts';

/** What a reissue is, what to bring, the two ways to apply, and the search for an earlier application. */
export function reissuePage(input: {
  reader: Reader;
  token: Html;
  /** The number of the logged-in customer. */
  known?: string;
  typed?: TypedPerson;
  /** The receipt number that was not found. */
  unknown?: string;
}): Page {
  const { reader, token, known, typed, unknown } = input;
  const { reissue, person, my } = reader.words(CUSTOMER_WORDS);
  const { places } = reader.words(SITE_WORDS);
  const content = html`<section class="card narrow">
      <h1>${reissue.title}</h1>
      <p class="lead">${reissue.text}</p>
      <p class="note">${reissue.lostFirst} <a href="/lost-phone">${places['/lost-phone']}</a></p>
      <h2>${reissue.stepsTitle}</h2>
      <ol class="stages">
        ${reissue.steps.map((step) => html`<li>${step}</li>`)}
      </ol>
      <h2>${reissue.bringTitle}</h2>
      <ul class="rules">
        ${reissue.bring.map((one) => html`<li>${one}</li>`)}
      </ul>
      <form class="choice" method="post" action="/reissue" novalidate>
        <h2>${reissue.withApp.title}</h2>
        <p>${reissue.withApp.text}</p>
        ${token} ${known === undefined ? personFields(person, typed) : knownNumber(my.phoneNumber, known)}
        <button class="primary">${reissue.withApp.submit}</button>
      </form>
      <div class="choice">
        <h2>${reissue.withoutApp.title}</h2>
        <p>${reissue.withoutApp.text}</p>
        ${linkButton('/reissue/apply', reissue.withoutApp.submit, 'secondary')}
      </div>
    </section>
    <section class="card narrow">${lookForm(reader, token, unknown)}</section>`;
  const isFaulty = unknown !== undefined || (typed?.faults.length ?? 0) > 0;
  const { title } = reissue;
  return sitePage({ reader, title, address: '/reissue', place: '/reissue', content, ...(isFaulty && { status: 422 }) });
}

function lookForm(reader: Reader, token: Html, unknown: string | undefined): Html {
  const { look } = reader.words(CUSTOMER_WORDS).reissue;
  return html`<h2>${look.title}</h2>
    <form method="post" action="/reissue/standing" novalidate>
      ${token}
      <div class="field">
        <label for="number">${look.number}</label>
        <input
          id="number"
          name="number"
          value="${unknown ?? ''}"
          autocomplete="off"
          autocapitalize="characters"
          required
          ${unknown !== undefined && html`aria-invalid="true" autofocus`}
          aria-describedby="number-hint number-fault"
        />
        <p class="hint" id="number-hint">${look.hint}</p>
        <p class="fault" id="number-fault">${unknown !== undefined && look.fault}</p>
      </div>
      <button class="secondary">${look.submit}</button>
    </form>`;
}

interface ReissueForm {
  reader: Reader;
  token: Html;
  /** The number of the customer whom the app has verified for this application. */
  known?: string;
  person?: TypedPerson;
  typed?: TypedReissue;
}

/** The application: without a proof if the app has verified the customer, else with person and proof. */
export function reissueFormPage(page: ReissueForm): Page {
  const { reader, token, known } = page;
  const { reissue, person, my } = reader.words(CUSTOMER_WORDS);
  const { form } = reissue;
  const typed = page.typed ?? { values: {}, faults: [] };
  const faulty = typed.faults.length + (page.person?.faults.length ?? 0) > 0;
  // Only one element takes the focus: the first faulty one of the form.
  const first = (page.person?.faults.length ?? 0) > 0 ? undefined : typed.faults[0];
  const filled = { texts: form, typed, first };
  const content = html`<section class="card narrow">
    <h1>${form.title}</h1>
    ${faulty && html`<p class="alert" role="alert">${form.fault}</p>`}
    <p class="lead">${known === undefined ? form.text : form.verified}</p>
    <form method="post" action="/reissue/apply" novalidate>
      ${token} ${known === undefined ? personFields(person, page.person) : knownNumber(my.phoneNumber, known)}
      ${chosen(filled, 'cause', form.cause, REISSUE_CAUSES, form.causes)}
      ${line(filled, 'oldSerialNumber', { label: form.oldSerialNumber, hint: form.oldSerialNumberHint })}
      ${
        known === undefined &&
        html`${chosen(filled, 'identityProof', form.proof, CHECKED_PROOFS, form.proofs)}
        ${line(filled, 'reference', { label: form.reference, hint: form.referenceHint })}`
      }
      ${chosen(filled, 'delivery', form.delivery, REISSUE_DELIVERIES, form.deliveries)}
      <fieldset class="field" aria-describedby="recipient-hint">
        <legend>${form.recipient}</legend>
        <p class="hint" id="recipient-hint">${form.recipientHint}</p>
        ${line(filled, 'name', { label: form.name, autocomplete: 'name' })}
        ${line(filled, 'postcode', { label: form.postcode, autocomplete: 'postal-code' })}
        ${line(filled, 'address', { label: form.address, autocomplete: 'street-address' })}
      </fieldset>
      <button class="primary">${form.submit}</button>
    </form>
  </section>`;
  const address = '/reissue/apply';
  return sitePage({ reader, title: form.title, address, place: '/reissue', content, ...(faulty && { status: 422 }) });
}

interface Filled {
  texts: { faults: Readonly<Record<ReissueField, string>> };
  typed: TypedReissue;
  first: ReissueField | undefined;
}

function chosen<Option extends string>(
  { texts, typed, first }: Filled,
  name: ReissueField,
  legend: string,
  options: readonly Option[],
  labels: Readonly<Record<Option, string>>,
): Html {
  return choices({
    name,
    legend,
    options: options.map((one) => [one, labels[one]]),
    chosen: typed.values[name],
    fault: typed.faults.includes(name) && texts.faults[name],
    takesFocus: first === name,
  });
}

function line(
  { texts, typed, first }: Filled,
  name: ReissueField,
  { label, hint, autocomplete = 'off' }: { label: string; hint?: string; autocomplete?: string },
): Html {
  const isFaulty = typed.faults.includes(name);
  const value = typed.values[name] ?? '';
  const attributes = html`id="${name}" name="${name}" autocomplete="${autocomplete}"
  ${name === 'postcode' && html`inputmode="numeric"`} ${isFaulty && html`aria-invalid="true"`}
  ${first === name && html`autofocus`} aria-describedby="${hint !== undefined && `${name}-hint `}${name}-fault"`;
  // A serial number breaks into lines where the text is large and the phone is narrow; a field of one line would hide its end.
  return html`<div class="field">
    <label for="${name}">${label}</label>
    ${name === 'oldSerialNumber' ? html`<textarea rows="1" spellcheck="false" ${attributes}>${value}</textarea>` : html`<input value="${value}" ${attributes} />`}
    ${hint !== undefined && html`<p class="hint" id="${name}-hint">${hint}</p>`}
    <p class="fault" id="${name}-fault">${isFaulty && texts.faults[name]}</p>
  </div>`;
}

/** Where an application stands, for the person who has its receipt number. It shows no name. */
export function reissueStandingPage(reader: Reader, token: Html, application: OwnApplication): Page {
  const { reissue, my } = reader.words(CUSTOMER_WORDS);
  const { standing: words, form } = reissue;
  const { number, standing, cause, delivery, filedAt, expiresAt, mayWithdraw } = application;
  const { title, text } = words.states[standing];
  const address = '/reissue/standing';
  const content = html`<section class="card narrow">
    <h1 tabindex="-1" autofocus>${title}</h1>
    <p class="lead">${text}</p>
    ${standing === 'received' && html`<p class="note">${words.keep}</p>`}
    ${facts([
      [words.number, html`<strong class="receipt-number">${number}</strong>`],
      [form.cause, form.causes[cause]],
      [form.delivery, form.deliveries[delivery]],
      [words.filedAt, dateTime(filedAt, reader.locale)],
      ...(standing === 'received' ? [[words.until, dateTime(expiresAt, reader.locale)] as const] : []),
    ])}
    ${
      mayWithdraw &&
      html`<details>
        <summary>${words.withdraw.name}</summary>
        <form method="post" action="${address}/withdraw">
          <p class="hint">${words.withdraw.text}</p>
          ${token}<button class="danger">${words.withdraw.submit}</button>
        </form>
      </details>`
    }
    <form method="post" action="${address}/leave">
      ${token}<button class="secondary">${words.leave}</button>
      <p class="hint">${words.leaveText}</p>
    </form>
    ${standing === 'completed' ? linkButton('/my', my.title) : !mayWithdraw && linkButton('/reissue', words.again)}
  </section>`;
  return sitePage({ reader, title: words.title, address, place: '/reissue', content });
}
