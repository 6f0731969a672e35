import { formatPhoneNumber, maskPhoneNumber } from '../domain/phone-number.ts';
import { WARNINGS, type VerifiedCustomer } from './demo-shop.ts';
import { endedCard, facts, lineOptions, siteFrame, type ShownLine } from './frame.ts';
import { serverLog } from './server-log.page.ts';
import type { Exchange } from './service-client.ts';
import { html, type Html } from '../pages/html.ts';
import { DEMO_WORDS } from './words/words.ts';
import type { ShopWords } from './words/words.ts';
import type { Reader } from '../pages/words.ts';
import type { Page } from '../pages/page.ts';

/** The PIN that the demonstration chooses for a phone that it prepares. */
const DEMO_PIN = '274951';

/** The shop: the button, the phone beside it, and people to try. */
export function shopPage(reader: Reader, lines: readonly ShownLine[], budgetsAreReset = false): Page {
  const { locale } = reader;
  const messages = reader.words(DEMO_WORDS).shop;
  const content = html`<div class="shop-column" id="outcome" hidden></div>
    <div class="shop-column" id="start">
      <section class="card join">
        <h1>${messages.join}</h1>
        <p>${messages.joinText}</p>
        <form method="post" action="/demo/windows" id="verify">
          <input type="hidden" name="lang" value="${locale}" />
          <button class="primary" name="method" value="push">${messages.verify}</button>
          <button class="secondary" name="method" value="otp" id="by-otp">${messages.verifyByOtp}</button>
          <button class="link" name="method" value="push" id="same-tab">${messages.verifySameTab}</button>
        </form>
        <p><a href="/demo/own?lang=${locale}">${messages.own.link}</a></p>
        <p><a href="/demo/bank?lang=${locale}">${messages.bank}</a></p>
      </section>
      ${prepareCard(reader, lines)}
      <section class="card">
        <h2>${messages.howTitle}</h2>
        <ol class="how">
          ${messages.how.map((step) => html`<li>${step}</li>`)}
        </ol>
      </section>
      ${peopleTable(messages, lines)}
      <section class="card">
        <h2>${messages.budgets}</h2>
        ${budgetsAreReset && html`<p class="good-note" role="status">${messages.budgetsReset}</p>`}
        <p>${messages.budgetsText}</p>
        <form method="post" action="/demo/budgets">
          <input type="hidden" name="lang" value="${locale}" />
          <button class="secondary">${messages.resetBudgets}</button>
        </form>
      </section>
      <section class="card">
        <h2>${messages.texts}</h2>
        <p>${messages.textsText}</p>
        <ul class="texts" id="texts" aria-live="polite">
          <li class="hint" id="no-texts">${messages.noTexts}</li>
        </ul>
      </section>
    </div>`;
  return shopFrame(reader, { title: messages.title, content, path: '/demo', script: 'demo.js' });
}

/** A page of the shop. */
export function shopFrame(
  reader: Reader,
  page: { title: string; content: Html; path: string; script?: string; status?: number },
): Page {
  const { shop, tagline } = reader.words(DEMO_WORDS).shop;
  const site = { id: 'shop', name: shop, tagline, home: '/demo' } as const;
  return siteFrame(reader, site, { ...page, opener: 'same-origin-allow-popups' });
}

/** Enrols the phone beside the shop in one press; only shown where there is a phone beside it. */
function prepareCard(reader: Reader, lines: readonly ShownLine[]): Html {
  const { prepare } = reader.words(DEMO_WORDS).shop;
  return html`<section class="card" id="prepare" data-pin="${DEMO_PIN}" hidden>
    <h2>${prepare.title}</h2>
    <p>${prepare.text(DEMO_PIN)}</p>
    <div class="field">
      <label for="prepare-line">${prepare.line}</label>
      <select id="prepare-line">
        ${lineOptions(reader, lines)}
      </select>
    </div>
    <button type="button" class="secondary" id="prepare-all">${prepare.submit}</button>
    <p class="good-note" role="status" id="prepared" data-text="${prepare.done(DEMO_PIN)}"></p>
  </section>`;
}

function peopleTable(messages: ShopWords, lines: readonly ShownLine[]): Html {
  const { who, resident, phoneNumber } = messages.columns;
  return html`<section class="card">
    <h2 id="people">${messages.people}</h2>
    <p>${messages.peopleText}</p>
    <div class="scroll" role="region" aria-labelledby="people" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">${who}</th>
            <th scope="col">${resident}</th>
            <th scope="col">${phoneNumber}</th>
          </tr>
        </thead>
        <tbody>
          ${lines.map((line) => personRow(messages, line))}
        </tbody>
      </table>
    </div>
    <p class="unseen" role="status" id="copied" data-text="${messages.copied}"></p>
  </section>`;
}

function personRow(messages: ShopWords, { lineId, owner, phoneNumber, note }: ShownLine): Html {
  const number = formatPhoneNumber(phoneNumber);
  return html`<tr>
    <th scope="row">${messages.notes[lineId] ?? note}</th>
    <td>${owner.birthDate}-${owner.genderDigit}</td>
    <td>
      <span class="number">${number}</span>
      <button type="button" class="small" data-copy="${number}" aria-label="${messages.copy} ${number}">
        ${messages.copy}
      </button>
      <button
        type="button"
        class="small"
        data-fill="${JSON.stringify({ ...owner, phoneNumber: number })}"
        aria-label="${messages.fill} ${number}"
        hidden
      >
        ${messages.fill}
      </button>
    </td>
  </tr>`;
}

/** The page to which the browser returns: the result that the shop's server read, as far as the shop shows it. */
export function returnPage(
  reader: Reader,
  outcome: { verified: VerifiedCustomer } | { state: string } | 'foreign',
  log: readonly Exchange[] = [],
): Page {
  const messages = reader.words(DEMO_WORDS).shop;
  const verified = typeof outcome === 'object' && 'verified' in outcome;
  const said = verified ? customer(messages, outcome.verified) : failure(messages, outcome);
  const content = html`${shopEnd(reader, verified, said)} ${serverLog(reader, log)}`;
  const title = verified ? messages.verifiedTitle : messages.notVerifiedTitle;
  return shopFrame(reader, { title, content, path: '/demo' });
}

/** The card of the shop's outcome. */
export function shopEnd(reader: Reader, isGood: boolean, said: Html): Html {
  const { again } = reader.words(DEMO_WORDS).shop;
  return endedCard(isGood, said, { address: `/demo?lang=${reader.locale}`, label: again });
}

function failure(messages: ShopWords, outcome: { state: string } | 'foreign'): Html {
  return outcome === 'foreign'
    ? html`<h1>${messages.foreignReturnTitle}</h1>
        <p>${messages.foreignReturn}</p>`
    : html`<h1>${messages.notVerifiedTitle}</h1>
        <p>${messages.notVerified(outcome.state)}</p>`;
}

/** The verified person, as far as the shop shows the data, and what the shop is warned of. */
export function customer(messages: ShopWords, person: VerifiedCustomer): Html {
  const { result, gender, nationality, channel, warnings } = messages;
  const recent = WARNINGS.filter((warning) => person[warning] === true);
  const rows = [
    [result.phoneNumber, maskPhoneNumber(person.phoneNumber)],
    [result.birthDate, person.birthDate],
    [result.gender, gender[person.gender]],
    [result.nationality, person.foreigner ? nationality.foreigner : nationality.korean],
    [result.channel, channel[person.channel]],
  ] as const;
  return html`<h1>${messages.verifiedTitle}</h1>
    <p>${messages.verifiedText}</p>
    ${facts(rows)}
    ${
      recent.length > 0 &&
      html`<section class="warnings" aria-labelledby="warnings">
        <h2 id="warnings">${warnings.title}</h2>
        <p>${warnings.text}</p>
        ${facts(recent.map((warning) => [html`<code>${warning}</code>`, warnings.of[warning]]))}
      </section>`
    }`;
}
