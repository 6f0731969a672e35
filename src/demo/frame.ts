import { formatPhoneNumber } from '../domain/phone-number.ts';
import { html, type Html } from '../pages/html.ts';
import { languageSwitch } from '../pages/language-switch.ts';
import type { Page } from '../pages/page.ts';
import type { Reader } from '../pages/words.ts';
import { DEMO_WORDS } from './words/words.ts';

/** A line of the demonstration, and the case that it demonstrates. */
export interface ShownLine {
  lineId: string;
  phoneNumber: string;
  owner: { birthDate: string; genderDigit: string };
  handset: { os: string; osVersion: string };
  note: string;
}

/** A site of the demonstration. `home` is the path of its first page. */
export interface Site {
  id: 'shop' | 'bank';
  name: string;
  tagline: string;
  home: string;
}

/** A page of a site, with the phone beside it. `path` is the page that the language switch leads to. */
export function siteFrame(
  reader: Reader,
  { id, name, tagline, home }: Site,
  page: { title: string; content: Html; path: string } & Pick<Page, 'script' | 'status' | 'opener'>,
): Page {
  const { locale } = reader;
  const { phone, phoneText, phoneTitle, openPhone } = reader.words(DEMO_WORDS).shop;
  const { title, content, path, ...others } = page;
  const body = html`<header class="shop-header">
      <p class="shop-name"><a href="${home}?lang=${locale}">${name}</a></p>
      <p class="hint">${tagline}</p>
      ${languageSwitch(locale, path)}
    </header>
    <main class="shop-main" id="${id}">
      <div class="shop-column" id="said-by-site">
        ${content}
        <p class="only-narrow">
          <a href="/phone?lang=${locale}" target="_blank" rel="noopener">${openPhone}</a>
        </p>
      </div>
      <aside class="shop-phone" aria-label="${phone}">
        <p class="hint">${phoneText}</p>
        <iframe id="phone" title="${phoneTitle}" data-src="/phone?lang=${locale}"></iframe>
      </aside>
    </main>`;
  return { locale, title: `${title} – ${name}`, layout: 'demo', framing: 'frames', script: 'bank.js', body, ...others };
}

/** The demonstration's lines as the options of a field. */
export function lineOptions(reader: Reader, lines: readonly ShownLine[], chosen?: string): Html[] {
  const { notes } = reader.words(DEMO_WORDS).shop;
  return lines.map(
    ({ lineId, phoneNumber, note }) =>
      html`<option value="${lineId}" ${lineId === chosen && html`selected`}>
        ${formatPhoneNumber(phoneNumber)} · ${notes[lineId] ?? note}
      </option>`,
  );
}

/** Names and their values. */
export function facts(rows: readonly (readonly [name: string | Html, value: string])[]): Html {
  return html`<dl class="facts">
    ${rows.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

/** The card of what has ended, with the way back. */
export function endedCard(isGood: boolean, said: Html, back: { address: string; label: string }): Html {
  return html`<section class="card ended ${isGood ? 'verified' : 'failed'}">
    <div class="badge" aria-hidden="true"></div>
    ${said}
    <p><a class="primary" href="${back.address}">${back.label}</a></p>
  </section>`;
}

/** The field of a code. `fault` says why the last one was refused. */
export function codeField(field: {
  label: string;
  fault: string | false;
  hint?: string;
  autocomplete: 'off' | 'one-time-code';
}): Html {
  const { label, fault, hint, autocomplete } = field;
  return html`<div class="field">
    <label for="code">${label}</label>
    <input
      id="code"
      name="code"
      class="code-input"
      inputmode="numeric"
      autocomplete="${autocomplete}"
      required
      autofocus
      ${fault !== false && html`aria-invalid="true"`}
      aria-describedby="${hint === undefined ? 'code-fault' : 'code-fault code-hint'}"
    />
    <p class="fault" id="code-fault">${fault}</p>
    ${hint !== undefined && html`<p class="hint" id="code-hint">${hint}</p>`}
  </div>`;
}
