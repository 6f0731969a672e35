import { html, type Html } from '../pages/html.ts';
import type { Reader } from '../pages/words.ts';
import type { Page } from '../pages/page.ts';
import { qrCode } from '../pages/qr-code.ts';
import type { IssuedSmartOtp, Transfer, TransferForm } from './demo-bank.ts';
import { codeField, endedCard, facts, lineOptions, siteFrame, type ShownLine } from './frame.ts';
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
  return html`<input type="hidden" name="lang" value="${reader.locale}" />
    <div class="field">
      <label for="${id}">${reader.words(DEMO_WORDS).bank.customer}</label>
      <select id="${id}" name="lineId">
        ${lineOptions(reader, lines, chosen)}
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
  const isSigned = transfer?.state === 'signed';
  const said = html`<h1>${title}</h1>
    <p>${text}</p>
    ${isSigned && facts(transfer.transaction.map(({ label, value }) => [label, value]))}`;
  const back = { address: `/demo/bank?lang=${reader.locale}`, label: messages.again };
  const content = endedCard(isSigned, said, back);
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
      ${codeField({ label: sign.code, fault: isWrong && sign.wrong(attemptsLeft), hint: sign.hint, autocomplete: 'off' })}
      <button class="primary">${sign.submit}</button>
    </form>
  </section>`;
  return framed(reader, sign.title, content, isWrong ? 422 : undefined);
}

/** A page of the bank. */
function framed(reader: Reader, title: string, content: Html, status?: number): Page {
  const { bank, tagline, shop } = reader.words(DEMO_WORDS).bank;
  const site = { id: 'bank', name: bank, tagline, home: '/demo/bank' } as const;
  return siteFrame(reader, site, {
    title,
    content: html`${content}
      <p><a href="/demo?lang=${reader.locale}">${shop}</a></p>`,
    path: '/demo/bank',
    ...(status !== undefined && { status }),
  });
}
