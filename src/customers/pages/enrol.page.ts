import type { ShownEnrolment } from '../customers.ts';
import type { EnrolmentState } from '../../subscriptions/subscription.ts';
import { clockFace } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Locale } from '../../domain/locale.ts';
import { CUSTOMER_MESSAGES } from '../words/customers.ts';
import type { Page } from '../../pages/page.ts';
import { qrCode } from '../../pages/qr-code.ts';
import { linkButton, sitePage } from '../../pages/site.ts';

/** Milliseconds for which the code is good (contract: ten minutes). */
const GOOD_FOR_MS = 600_000;

/** The code that enrols an app, to be scanned or typed, and how far the app has come. */
export function enrolPage(input: {
  locale: Locale;
  token: Html;
  shown: ShownEnrolment;
  state: EnrolmentState;
  mayHaveAnother: boolean;
  now: Date;
}): Page {
  const { locale, state } = input;
  const { enrol } = CUSTOMER_MESSAGES[locale];
  const { title, text } = state === 'waiting' ? enrol : enrol.states[state];
  const isUnderWay = state === 'waiting' || state === 'testing';
  const content = html`<section
    class="card narrow ${state === 'active' && 'ended verified'}"
    ${isUnderWay && html`data-follow="/enrol" data-state="${state}"`}
  >
    ${state === 'active' && html`<div class="badge" aria-hidden="true"></div>`}
    <h1 tabindex="-1" autofocus>${title}</h1>
    <p class="lead">${text}</p>
    ${state === 'waiting' && waiting(input)} ${state === 'testing' && testing(locale)}
    ${isUnderWay && html`<noscript>${reload(locale)}</noscript>`} ${state === 'active' && linkButton('/my', enrol.go)}
    ${(state === 'revoked' || state === 'expired') && another(input)}
  </section>`;
  return sitePage({ locale, title, address: '/enrol', place: '/my', content });
}

/** Another code; who was verified too long ago for one begins again. */
function another({ locale, token, mayHaveAnother }: { locale: Locale; token: Html; mayHaveAnother: boolean }): Html {
  const { newCode } = CUSTOMER_MESSAGES[locale].enrol;
  if (!mayHaveAnother) return linkButton('/new-phone', newCode);
  return html`<form method="post" action="/enrol">${token}<button class="primary">${newCode}</button></form>`;
}

function testing(locale: Locale): Html {
  return html`<div class="spinner" aria-hidden="true"></div>
    <p class="waits" role="status">${CUSTOMER_MESSAGES[locale].enrol.confirmed}</p>`;
}

function reload(locale: Locale): Html {
  return html`<a class="secondary" href="/enrol">${CUSTOMER_MESSAGES[locale].enrol.reload}</a>`;
}

function waiting({ locale, shown, now }: { locale: Locale; shown: ShownEnrolment; now: Date }): Html {
  const { enrol } = CUSTOMER_MESSAGES[locale];
  const until = new Date(Date.parse(shown.at) + GOOD_FOR_MS).toISOString();
  return html`<ol class="stages">
      ${enrol.steps.map((step) => html`<li>${step}</li>`)}
    </ol>
    <figure class="qr">${qrCode(shown.enrolmentUri, enrol.qr)}</figure>
    <p class="label-row">
      <span>${enrol.code}</span>
      <span class="countdown"
        >${enrol.until}
        <strong role="timer" aria-live="off" data-until="${until}" data-now="${now.toISOString()}"
          >${clockFace(until, now)}</strong
        ></span
      >
    </p>
    <p class="enrolment-code" id="enrolment-code">${shown.enrolmentCode}</p>
    <p class="waits" role="status">${enrol.states.waiting.title}. ${enrol.states.waiting.text}</p>`;
}
