import { formatPhoneNumber } from '../domain/phone-number.ts';
import { html, type Html } from '../pages/html.ts';
import { personFields } from '../pages/person-fields.ts';
import type { Page } from '../pages/page.ts';
import type { Reader } from '../pages/words.ts';
import { WINDOW_WORDS } from '../windows/words/words.ts';
import { customer, shopEnd, shopFrame } from './demo.page.ts';
import { codeField, lineOptions, type ShownLine } from './frame.ts';
import type { OwnVerification, ShopCustomer } from './demo-shop.ts';
import type { Exchange } from './service-client.ts';
import { serverLog } from './server-log.page.ts';
import { DEMO_WORDS, type ShopWords } from './words/words.ts';

/** The shop's own window: the person's data, and a button that fills them in. */
export function ownWindowPage(
  reader: Reader,
  lines: readonly ShownLine[],
  typed: Partial<ShopCustomer>,
  refused?: keyof ShopWords['own']['refused'],
): Page {
  const { own } = reader.words(DEMO_WORDS).shop;
  const chosen = lines.find(({ phoneNumber }) => formatPhoneNumber(phoneNumber) === typed.phoneNumber);
  const content = html`<section class="card join">
    <h1>${own.title}</h1>
    <p>${own.text}</p>
    <form method="get" action="/demo/own" class="fill">
      <input type="hidden" name="lang" value="${reader.locale}" />
      <label for="fill">${own.who}</label>
      <select id="fill" name="fill">
        ${lineOptions(reader, lines, chosen?.lineId)}
      </select>
      <button class="secondary">${own.fill}</button>
    </form>
    ${refused && html`<p class="alert" role="alert">${own.refused[refused]}</p>`}
    <form method="post" action="/demo/own" id="own-person">
      <input type="hidden" name="lang" value="${reader.locale}" />
      ${personFields(reader.words(WINDOW_WORDS), { values: typed, faults: [] })}
      <button class="primary">${own.submit}</button>
    </form>
  </section>`;
  return shopFrame(reader, { title: own.title, content, path: '/demo/own', ...(refused && { status: 422 }) });
}

/** The code that the person types into the shop's own window, or the outcome, with what the shop's server exchanged. */
export function ownCodePage(
  reader: Reader,
  verification: OwnVerification | undefined,
  log: readonly Exchange[] = [],
): Page {
  const messages = reader.words(DEMO_WORDS).shop;
  const { own } = messages;
  const path = '/demo/own/code';
  if (!verification) {
    const content = notVerified(reader, messages.foreignReturnTitle, messages.foreignReturn);
    return shopFrame(reader, { title: messages.foreignReturnTitle, content, path });
  }
  const { state, verified, assertion } = verification;
  const isOpen = state === 'asked' || state === 'wrong';
  const title = isOpen ? own.codeTitle : verified ? messages.verifiedTitle : messages.notVerifiedTitle;
  const outcome = verified
    ? shopEnd(reader, true, customer(messages, verified))
    : notVerified(reader, title, own.ended);
  const content = html`${isOpen ? codeForm(reader, verification) : outcome} ${serverLog(reader, log, assertion)}`;
  return shopFrame(reader, { title, content, path, ...(state === 'wrong' && { status: 422 }) });
}

function codeForm(reader: Reader, { state, attemptsLeft, channel }: OwnVerification): Html {
  const { own } = reader.words(DEMO_WORDS).shop;
  return html`<section class="card">
    <h1>${own.codeTitle}</h1>
    <p>${channel === 'sms' ? own.bySms : own.byPush}</p>
    <form method="post" action="/demo/own/code" id="own-code">
      <input type="hidden" name="lang" value="${reader.locale}" />
      ${codeField({ label: own.code, fault: state === 'wrong' && own.wrong(attemptsLeft), autocomplete: 'one-time-code' })}
      <button class="primary">${own.confirm}</button>
    </form>
  </section>`;
}

function notVerified(reader: Reader, title: string, text: string): Html {
  return shopEnd(
    reader,
    false,
    html`<h1>${title}</h1>
      <p>${text}</p>`,
  );
}
