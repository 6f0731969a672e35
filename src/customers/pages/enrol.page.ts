import { enrolmentLink } from '../../domain/enrolment-link.ts';
import type { ShownEnrolment } from '../customers.ts';
import type { EnrolmentState } from '../../subscriptions/subscription.ts';
import { PROBLEM_CATALOGUE } from '../../http/problem-catalogue.ts';
import { clockFace } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Reader } from '../../pages/words.ts';
import { CUSTOMER_WORDS } from '../words/words.ts';
import type { Page } from '../../pages/page.ts';
import { qrCode } from '../../pages/qr-code.ts';
import { linkButton, sitePage } from '../../pages/site.ts';

/** Validity of the code in milliseconds (contract: ten minutes). */
const GOOD_FOR_MS = 600_000;

/** The problems that keep the link from being texted, which the page tells beside the code. */
export const UNSENT = ['too_many_requests', 'nothing_to_change'] as const;

/** What became of the link that was to be texted. `too_many_texts`: the number has had all of a day. */
export type TextedLink = 'sent' | 'too_many_texts' | (typeof UNSENT)[number];

/** The code that enrols an app, to be scanned or typed, and the progress of the enrolment. */
export function enrolPage(input: {
  reader: Reader;
  token: Html;
  shown: ShownEnrolment;
  state: EnrolmentState;
  mayHaveAnother: boolean;
  now: Date;
  issuer: string;
  /** Whether the page is read on a phone, which cannot scan its own screen. */
  onPhone: boolean;
  /** The address of the native app in the store of this phone. */
  store: string | undefined;
  /** The masked number to which the link may be texted. */
  textTo: string | undefined;
  /** After the link was to be texted. */
  text: TextedLink | undefined;
}): Page {
  const { reader, state, text: texted } = input;
  const { enrol } = reader.words(CUSTOMER_WORDS);
  const { title, text } = state === 'waiting' ? enrol : enrol.states[state];
  const isUnderWay = state === 'waiting' || state === 'testing';
  const content = html`<section
    class="card narrow ${state === 'active' && 'ended verified'}"
    ${isUnderWay && html`data-follow="/enrol" data-state="${state}"`}
  >
    ${state === 'active' && html`<div class="badge" aria-hidden="true"></div>`}
    <h1 tabindex="-1" autofocus>${title}</h1>
    <p class="lead">${text}</p>
    ${state === 'waiting' && waiting(input)} ${state === 'testing' && testing(reader)}
    ${isUnderWay && html`<noscript>${reload(reader)}</noscript>`} ${state === 'active' && linkButton('/my', enrol.go)}
    ${(state === 'revoked' || state === 'expired') && another(input)}
  </section>`;
  const refusal = texted === 'too_many_texts' ? 'too_many_requests' : texted;
  const status = refusal !== undefined && refusal !== 'sent' && { status: PROBLEM_CATALOGUE[refusal].status };
  return sitePage({ reader, title, address: '/enrol', place: '/my', content, ...status });
}

/** The form that requests another code. If the verification is too old for that, a link starts a new one. */
function another({ reader, token, mayHaveAnother }: { reader: Reader; token: Html; mayHaveAnother: boolean }): Html {
  const { newCode } = reader.words(CUSTOMER_WORDS).enrol;
  if (!mayHaveAnother) return linkButton('/new-phone', newCode);
  return html`<form method="post" action="/enrol">${token}<button class="primary">${newCode}</button></form>`;
}

function testing(reader: Reader): Html {
  return html`<div class="spinner" aria-hidden="true"></div>
    <p class="waits" role="status">${reader.words(CUSTOMER_WORDS).enrol.confirmed}</p>`;
}

function reload(reader: Reader): Html {
  return html`<a class="secondary" href="/enrol">${reader.words(CUSTOMER_WORDS).enrol.reload}</a>`;
}

function waiting(input: Parameters<typeof enrolPage>[0]): Html {
  const { reader, token, shown, now, issuer, onPhone, store, textTo, text } = input;
  const { enrol } = reader.words(CUSTOMER_WORDS);
  const link = enrolmentLink(issuer, shown.enrolmentCode);
  const qr = html`<figure class="qr">${qrCode(link, enrol.qr)}</figure>`;
  const until = new Date(Date.parse(shown.at) + GOOD_FOR_MS).toISOString();
  const steps = onPhone ? enrol.stepsOnPhone : enrol.steps;
  return html`<ol class="stages">
      ${steps.map((step) => html`<li>${step}</li>`)}
    </ol>
    ${onPhone ? linkButton(link, enrol.open) : qr}
    ${store !== undefined && html`<p class="hint">${enrol.storeFirst} <a href="${store}">${enrol.store}</a></p>`}
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
    <button type="button" class="secondary" data-copy="${shown.enrolmentCode}" hidden>${enrol.copy}</button>
    ${text !== undefined && text !== 'sent' && html`<p class="alert" role="alert">${enrol.byText.unsent[text]}</p>`}
    ${!onPhone && textTo !== undefined && text !== 'too_many_texts' && textForm({ reader, token, textTo, text })}
    <p class="unseen" id="copied" role="status" data-text="${enrol.copied}"></p>
    ${
      onPhone &&
      html`<details>
        <summary>${enrol.otherPhone}</summary>
        ${qr}
      </details>`
    }
    <p class="waits" role="status">${enrol.states.waiting.title}. ${enrol.states.waiting.text}</p>`;
}

/** On a computer: the button that texts the link to the phone. */
function textForm(to: { reader: Reader; token: Html; textTo: string; text: TextedLink | undefined }): Html {
  const { text, button, sent } = to.reader.words(CUSTOMER_WORDS).enrol.byText;
  return html`<form method="post" action="/enrol/text">
    ${to.token}
    <p class="hint" id="by-text">${text(to.textTo)}</p>
    <button class="secondary" aria-describedby="by-text">${button}</button>
    <p class="hint" role="status">${to.text === 'sent' && sent}</p>
  </form>`;
}
