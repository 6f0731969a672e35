import { formatPhoneNumber } from '../domain/phone-number.ts';
import { html, type Html } from '../pages/html.ts';
import { languageSwitch } from '../pages/language-switch.ts';
import type { Reader } from '../pages/words.ts';
import type { Page } from '../pages/page.ts';
import { qrCode } from '../pages/qr-code.ts';
import type { IssuedSmartOtp, Transfer, TransferForm } from './demo-bank.ts';
import type { ShownLine } from './demo.page.ts';
import { DEMO_WORDS } from './words/words.ts';
import type { BankWords } from './words/words.ts';

const FIELDS = ['payee', 'account', 'amount'] as const satisfies readonly (keyof TransferForm)[];

/** The bank: a transfer to sign, the Smart OTP that signs it, and the phone beside them. */
export function bankPage(
  reader: Reader,
  lines: readonly ShownLine[],
  refused?: { why: keyof BankWords['refused']; typed: TransferForm; lineId: string },
): Page {
  const messages = reader.words(DEMO_WORDS).bank;
  const { transfer, smartOtp, example } = messages;
  const typed = refused?.typed ?? example;
  const content = html`<section class="card join">
      <h1>${transfer.title}</h1>
      <p>${transfer.text}</p>
      ${refused && html`<p class="alert" role="alert">${messages.refused[refused.why]}</p>`}
      <form method="post" action="/demo/bank/transfers" id="transfer">
        ${customerField(reader, lines, 'transfer-customer', refused?.lineId)}
        ${FIELDS.map(
          (field) =>
            html`<div class="field">
              <label for="${field}">${transfer[field]}</label>
              <input
                id="${field}"
                name="${field}"
                value="${typed[field]}"
                required
                maxlength="100"
                autocomplete="off"
                ${field === 'amount' && html`inputmode="numeric"`}
              />
            </div>`,
        )}
        <button class="primary">${transfer.submit}</button>
      </form>
    </section>
    <section class="card join">
      <h2>${smartOtp.title}</h2>
      <p>${smartOtp.text}</p>
      <form method="post" action="/demo/bank/smart-otps" id="smart-otp">
        ${customerField(reader, lines, 'smart-otp-customer', refused?.lineId)}
        <label class="check"><input type="checkbox" name="card" value="yes" /> <span>${smartOtp.card}</span></label>
        <p class="hint">${smartOtp.cardText}</p>
        <button class="secondary">${smartOtp.submit}</button>
      </form>
    </section>`;
  return framed(reader, transfer.title, content, refused && 422);
}

/** The account's owner. The bank has known its customers' data since they opened the account. */
function customerField(reader: Reader, lines: readonly ShownLine[], id: string, chosen: string | undefined): Html {
  const { notes } = reader.words(DEMO_WORDS).shop;
  return html`<input type="hidden" name="lang" value="${reader.locale}" />
    <div class="field">
      <label for="${id}">${reader.words(DEMO_WORDS).bank.customer}</label>
      <select id="${id}" name="lineId">
        ${lines.map(
          ({ lineId, phoneNumber, note }) =>
            html`<option value="${lineId}" ${lineId === chosen && html`selected`}>
              ${formatPhoneNumber(phoneNumber)} · ${notes[lineId] ?? note}
            </option>`,
        )}
      </select>
    </div>`;
}

/** The items that the bank hands over: a code to scan or to type, and the simulated card. */
export function issuedPage(reader: Reader, { enrolmentCode, enrolmentUri, vendorCode, card }: IssuedSmartOtp): Page {
  const { issued, again } = reader.words(DEMO_WORDS).bank;
  const content = html`<section class="card">
    <h1>${issued.title}</h1>
    <p>${issued.text}</p>
    <figure class="qr">${qrCode(enrolmentUri, issued.qr)}</figure>
    <p class="label-row"><span>${issued.code}</span></p>
    <p class="enrolment-code" id="enrolment-code">${enrolmentCode}</p>
    ${copyButton(issued, issued.code, enrolmentCode)} ${facts([[issued.vendorCode, vendorCode]])}
    ${
      card !== null &&
      html`<h2>${issued.card}</h2>
        <p class="hint">${issued.cardText}</p>
        <pre class="card-json" id="card" tabindex="0" role="region" aria-label="${issued.card}">
${JSON.stringify(card)}</pre>
        ${copyButton(issued, issued.card, JSON.stringify(card))}`
    }
    <p class="unseen" role="status" id="copied" data-text="${issued.copied}"></p>
    <p><a class="primary" href="/demo/bank?lang=${reader.locale}">${again}</a></p>
  </section>`;
  return framed(reader, issued.title, content);
}

function copyButton({ copy }: BankWords['issued'], what: string, text: string): Html {
  return html`<p>
    <button type="button" class="small" data-copy="${text}" aria-label="${copy} ${what}">${copy}</button>
  </p>`;
}

/** A transfer that waits for its code, or its outcome. */
export function transferPage(reader: Reader, transfer: Transfer | undefined): Page {
  const messages = reader.words(DEMO_WORDS).bank;
  if (transfer?.state === 'asked' || transfer?.state === 'wrong') return signPage(reader, transfer);
  const { title, text } = messages[transfer ? (transfer.state === 'signed' ? 'signed' : 'ended') : 'unknown'];
  const content = html`<section class="card ended ${transfer?.state === 'signed' ? 'verified' : 'failed'}">
    <div class="badge" aria-hidden="true"></div>
    <h1>${title}</h1>
    <p>${text}</p>
    ${transfer?.state === 'signed' && facts(transfer.transaction.map(({ label, value }) => [label, value]))}
    <p><a class="primary" href="/demo/bank?lang=${reader.locale}">${messages.again}</a></p>
  </section>`;
  return framed(reader, title, content);
}

function signPage(reader: Reader, { transaction, state, attemptsLeft }: Transfer): Page {
  const { sign } = reader.words(DEMO_WORDS).bank;
  const isWrong = state === 'wrong';
  const content = html`<section class="card">
    <h1>${sign.title}</h1>
    <p>${sign.text}</p>
    ${facts(transaction.map(({ label, value }) => [label, value]))}
    <form method="post" action="/demo/bank/transfer" id="signature">
      <input type="hidden" name="lang" value="${reader.locale}" />
      <div class="field">
        <label for="code">${sign.code}</label>
        <input
          id="code"
          name="code"
          class="code-input"
          inputmode="numeric"
          autocomplete="off"
          required
          autofocus
          ${isWrong && html`aria-invalid="true"`}
          aria-describedby="code-fault code-hint"
        />
        <p class="fault" id="code-fault">${isWrong && sign.wrong(attemptsLeft)}</p>
        <p class="hint" id="code-hint">${sign.hint}</p>
      </div>
      <button class="primary">${sign.submit}</button>
    </form>
  </section>`;
  return framed(reader, sign.title, content, isWrong ? 422 : undefined);
}

function facts(rows: readonly (readonly [string, string])[]): Html {
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

/** The bank's frame, with room for the phone. */
function framed(reader: Reader, title: string, content: Html, status?: number): Page {
  const { bank, tagline, shop } = reader.words(DEMO_WORDS).bank;
  const { phone, phoneText, phoneTitle, openPhone } = reader.words(DEMO_WORDS).shop;
  const body = html`<header class="shop-header">
      <p class="shop-name"><a href="/demo/bank?lang=${reader.locale}">${bank}</a></p>
      <p class="hint">${tagline}</p>
      ${languageSwitch(reader.locale, '/demo/bank')}
    </header>
    <main class="shop-main" id="bank">
      <div class="shop-column">
        ${content}
        <p class="only-narrow">
          <a href="/phone?lang=${reader.locale}" target="_blank" rel="noopener">${openPhone}</a>
        </p>
        <p><a href="/demo?lang=${reader.locale}">${shop}</a></p>
      </div>
      <aside class="shop-phone" aria-label="${phone}">
        <p class="hint">${phoneText}</p>
        <iframe id="phone" title="${phoneTitle}" data-src="/phone?lang=${reader.locale}"></iframe>
      </aside>
    </main>`;
  return {
    locale: reader.locale,
    title: `${title} – ${bank}`,
    layout: 'demo',
    framing: 'frames',
    script: 'bank.js',
    body,
    ...(status !== undefined && { status }),
  };
}
