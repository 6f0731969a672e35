import { INELIGIBILITY_SENTENCES, type IneligibilityCode } from '../../domain/eligibility.ts';
import { won } from '../../pages/format.ts';
import { choices } from '../../pages/choices.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Reader } from '../../pages/words.ts';
import { CUSTOMER_WORDS } from '../words/words.ts';
import { SITE_WORDS } from '../../pages/words/words.ts';
import type { Page } from '../../pages/page.ts';
import { linkButton, sitePage } from '../../pages/site.ts';

/** The home page: the service, the eligibility rules and the fee. */
export function customerHomePage(
  reader: Reader,
  { monthlyFee, joinHoldHours }: { monthlyFee: number; joinHoldHours: number },
): Page {
  const { home, check } = reader.words(CUSTOMER_WORDS);
  const content = html`<section class="hero">
      <div class="hero-words">
        <h1>${home.title}</h1>
        <p class="lead">${home.text}</p>
        <div class="row">${linkButton('/join', home.join)} ${linkButton('/check', check.title, 'secondary')}</div>
      </div>
      ${HERO_PICTURE}
    </section>
    <section class="card">
      <h2>${home.how.title}</h2>
      <p>${home.how.text}</p>
      <ol class="stages">
        ${home.how.steps.map((step) => html`<li>${step}</li>`)}
      </ol>
      <div class="pair">
        ${home.how.compare.map(
          ({ title, text }) =>
            html`<div class="sunken">
              <h3>${title}</h3>
              <p>${text}</p>
            </div>`,
        )}
      </div>
    </section>
    <section class="card">
      <h2>${home.who.title}</h2>
      <p>${home.who.text}</p>
      <ul class="rules">
        ${[...home.who.rules, home.who.freshSim(joinHoldHours)].map((rule) => html`<li>${rule}</li>`)}
      </ul>
      <p><a href="/check">${home.who.check}</a></p>
    </section>
    <section class="card">
      <h2>${home.feeTitle}</h2>
      <p class="price">${home.fee(won(monthlyFee, reader.locale))}</p>
      <p>${home.feeText}</p>
    </section>
    <section class="card">
      <h2>${home.questions}</h2>
      <div>
        ${home.answers.map(
          ({ title, text }) =>
            html`<details>
              <summary>${title}</summary>
              <p>${text}</p>
            </details>`,
        )}
      </div>
    </section>`;
  return sitePage({ reader, title: reader.words(SITE_WORDS).name, address: '/', place: '/', content });
}

/** A text message that others can read, beside the phone that shows the code to its owner only. */
const HERO_PICTURE = html`<svg class="hero-picture" viewBox="0 0 320 260" aria-hidden="true" focusable="false">
  <circle class="ground" cx="180" cy="134" r="116" />
  <g class="letter">
    <rect x="10" y="52" width="112" height="76" rx="12" />
    <path class="fold" d="m18 64 48 34 48-34" />
    <path class="strike" d="M10 138 122 42" />
  </g>
  <rect class="body" x="140" y="18" width="128" height="232" rx="22" />
  <rect class="display" x="150" y="36" width="108" height="196" rx="10" />
  <path class="shield" d="m204 58 34 12v24c0 22-14 34-34 42-20-8-34-20-34-42V70z" />
  <path class="tick" d="m190 94 10 11 19-21" />
  <rect class="code-field" x="162" y="156" width="84" height="32" rx="8" />
  <g class="digits">
    <circle cx="175" cy="172" r="4" />
    <circle cx="187" cy="172" r="4" />
    <circle cx="199" cy="172" r="4" />
    <circle cx="211" cy="172" r="4" />
    <circle cx="223" cy="172" r="4" />
    <circle cx="235" cy="172" r="4" />
  </g>
  <rect class="button" x="162" y="200" width="84" height="18" rx="9" />
</svg>`;

/** The fields of the eligibility check, in the order of the form. */
export const LINE_FIELDS = ['carrier', 'holder', 'plan', 'phone', 'osVersion', 'birthDay'] as const;
export type LineField = (typeof LINE_FIELDS)[number];

/** The typed description of a line. */
export type TypedLine = Readonly<Partial<Record<LineField, string>>>;

/** The eligibility check: answers at once from the visitor's description of their line. */
export function checkPage(input: {
  reader: Reader;
  token: Html;
  typed?: TypedLine;
  /** The fields that are not valid. */
  faults?: readonly LineField[];
  answer?: readonly IneligibilityCode[];
}): Page {
  const { reader, token, answer } = input;
  const filled = { reader, typed: input.typed ?? {}, faults: input.faults ?? [] };
  const { check } = reader.words(CUSTOMER_WORDS);
  const isFaulty = filled.faults.length > 0;
  const content = html`<section class="card narrow">
    <h1>${check.title}</h1>
    ${answer && answerOf(reader, answer)} ${isFaulty && html`<p class="alert" role="alert">${check.fault}</p>`}
    <p class="lead">${check.text}</p>
    <form method="post" action="/check">
      ${token} ${described('carrier', check.carrier, check.carriers, filled)}
      ${described('holder', check.holder, check.holders, filled)} ${described('plan', check.plan, check.plans, filled)}
      ${described('phone', check.phone, check.phones, filled)}
      ${line('osVersion', { label: check.osVersion, hint: check.osVersionHint }, filled)}
      ${line('birthDay', { label: check.birthYear, hint: check.birthYearHint }, filled)}
      <button class="primary">${check.submit}</button>
    </form>
  </section>`;
  return sitePage({ reader, title: check.title, address: '/check', content, ...(isFaulty && { status: 422 }) });
}

/** The answer, which receives the focus. The visitor can change the form below it and send it again. */
function answerOf(reader: Reader, reasons: readonly IneligibilityCode[]): Html {
  const { check, home } = reader.words(CUSTOMER_WORDS);
  if (reasons.length === 0) {
    return html`<div class="good answer">
      <h2 tabindex="-1" autofocus>${check.yes.title}</h2>
      <p>${check.yes.text}</p>
      ${linkButton('/join', home.join)}
    </div>`;
  }
  return html`<div class="alert answer">
    <h2 tabindex="-1" autofocus>${check.no.title}</h2>
    <p>${check.no.text}</p>
    ${reasonList(reader, reasons)}
  </div>`;
}

/** Each reason, phrased as the change that would make the line eligible. */
export function reasonList(reader: Reader, reasons: readonly IneligibilityCode[]): Html {
  return html`<ul class="rules">
    ${reasons.map((code) => html`<li>${INELIGIBILITY_SENTENCES[code][reader.locale]}</li>`)}
  </ul>`;
}

interface FilledForm {
  reader: Reader;
  typed: TypedLine;
  faults: readonly LineField[];
}

function described(
  name: LineField,
  legend: string,
  options: Readonly<Record<string, string>>,
  { reader, typed, faults }: FilledForm,
): Html {
  return choices({
    name,
    legend,
    options: Object.entries(options),
    chosen: typed[name],
    fault: sentenceOf(reader, name, faults),
    takesFocus: faults[0] === name,
  });
}

function line(
  name: LineField,
  { label, hint }: { label: string; hint: string },
  { reader, typed, faults }: FilledForm,
): Html {
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      value="${typed[name] ?? ''}"
      inputmode="decimal"
      autocomplete="off"
      aria-describedby="${name}-hint ${name}-fault"
      required
      ${faults.includes(name) && html`aria-invalid="true"`}
      ${faults[0] === name && html`autofocus`}
    />
    <p class="hint" id="${name}-hint">${hint}</p>
    <p class="fault" id="${name}-fault">${sentenceOf(reader, name, faults)}</p>
  </div>`;
}

function sentenceOf(reader: Reader, name: LineField, faults: readonly LineField[]): string | false {
  const { faults: sentences } = reader.words(CUSTOMER_WORDS).check;
  return faults.includes(name) && (name === 'osVersion' || name === 'birthDay' ? sentences[name] : sentences.choice);
}
