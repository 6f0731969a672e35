import { INELIGIBILITY_SENTENCES, type IneligibilityCode } from '../domain/eligibility.ts';
import { won } from './format.ts';
import { html, type Html } from './html.ts';
import type { Locale } from './locale.ts';
import { CUSTOMER_MESSAGES } from './messages.customers.ts';
import { SITE_MESSAGES } from './messages.site.ts';
import type { Page } from './page.ts';
import { linkButton, sitePage } from './site.ts';

/** What the service is, who may join and what it costs. */
export function homePage(locale: Locale, monthlyFee: number): Page {
  const { home, check } = CUSTOMER_MESSAGES[locale];
  const content = html`<section class="hero">
      <h1>${home.title}</h1>
      <p class="lead">${home.text}</p>
      <div class="row">${linkButton('/join', home.join)} ${linkButton('/check', check.title, 'secondary')}</div>
    </section>
    <section class="card">
      <h2>${home.how.title}</h2>
      <p>${home.how.text}</p>
      <ol class="how">
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
        ${home.who.rules.map((rule) => html`<li>${rule}</li>`)}
      </ul>
      <h2>${home.feeTitle}</h2>
      <p>${home.fee(won(monthlyFee, locale))}</p>
      <p><a href="/check">${home.who.check}</a></p>
    </section>
    <section class="card">
      <h2>${home.questions}</h2>
      ${home.answers.map(
        ({ title, text }) =>
          html`<details>
            <summary>${title}</summary>
            <p>${text}</p>
          </details>`,
      )}
    </section>`;
  return sitePage({ locale, title: SITE_MESSAGES[locale].name, address: '/', place: '/', content });
}

/** What somebody says of a line, in the words of the form. */
export type TypedLine = Readonly<Record<string, string>>;

/** Whether one may join, found out on the spot from what one says of one's own line. */
export function checkPage(input: {
  locale: Locale;
  token: Html;
  typed?: TypedLine;
  /** Undefined before the form was sent, null when it could not be read. */
  answer?: readonly IneligibilityCode[] | null;
}): Page {
  const { locale, token, typed = {}, answer } = input;
  const { check, home } = CUSTOMER_MESSAGES[locale];
  const content = html`<section class="card narrow">
    <h1>${check.title}</h1>
    ${answer && answerOf(locale, answer)} ${answer === null && html`<p class="alert" role="alert">${check.fault}</p>`}
    <p class="lead">${check.text}</p>
    <form method="post" action="/check">
      ${token} ${choices('carrier', check.carrier, check.carriers, typed)}
      ${choices('holder', check.holder, check.holders, typed)} ${choices('plan', check.plan, check.plans, typed)}
      ${choices('phone', check.phone, check.phones, typed)}
      ${line('osVersion', check.osVersion, check.osVersionHint, typed, 16)}
      ${line('birthDay', check.birthYear, check.birthYearHint, typed, 10)}
      <button class="primary">${check.submit}</button>
    </form>
    ${answer?.length === 0 && linkButton('/join', home.join)}
  </section>`;
  return sitePage({ locale, title: check.title, address: '/check', content });
}

function answerOf(locale: Locale, reasons: readonly IneligibilityCode[]): Html {
  const { check } = CUSTOMER_MESSAGES[locale];
  if (reasons.length === 0) {
    return html`<div class="good" role="status">
      <strong>${check.yes.title}</strong>
      <p>${check.yes.text}</p>
    </div>`;
  }
  return html`<div class="alert" role="alert">
    <strong>${check.no.title}</strong>
    <p>${check.no.text}</p>
    ${reasonList(locale, reasons)}
  </div>`;
}

/** Every reason, as what would make it possible. */
export function reasonList(locale: Locale, reasons: readonly IneligibilityCode[]): Html {
  return html`<ul>
    ${reasons.map((code) => html`<li>${INELIGIBILITY_SENTENCES[code][locale]}</li>`)}
  </ul>`;
}

function choices(name: string, legend: string, options: Readonly<Record<string, string>>, typed: TypedLine): Html {
  return html`<fieldset class="field choices">
    <legend>${legend}</legend>
    ${Object.entries(options).map(
      ([value, text]) =>
        html`<label
          ><input type="radio" name="${name}" value="${value}" required ${typed[name] === value && html`checked`} />
          ${text}</label
        >`,
    )}
  </fieldset>`;
}

function line(name: string, label: string, hint: string, typed: TypedLine, length: number): Html {
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      value="${typed[name] ?? ''}"
      inputmode="decimal"
      autocomplete="off"
      maxlength="${length}"
      aria-describedby="${name}-hint"
      required
    />
    <p class="hint" id="${name}-hint">${hint}</p>
  </div>`;
}
