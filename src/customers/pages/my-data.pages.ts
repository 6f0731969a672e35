import type { MonthStatement } from '../../charges/charge.ts';
import { daysIn } from '../../domain/fee.ts';
import { formatPhoneNumber } from '../../domain/phone-number.ts';
import { calendarDay, calendarMonth, dateTime, seoulTime, won } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { OptionalDocument } from '../../pages/legal/legal-texts.ts';
import type { Page } from '../../pages/page.ts';
import { facts, linkButton, sitePage } from '../../pages/site.ts';
import { wideTable } from '../../pages/wide-table.ts';
import type { Reader } from '../../pages/words.ts';
import type { ErasableNow, HeldData } from '../my-data.ts';
import { CUSTOMER_WORDS, type CustomerWords } from '../words/words.ts';

/** The categories of other rooms, in the order of the page. */
const ELSEWHERE = [
  'devices',
  'authenticators',
  'registrations',
  'smsPermissions',
  'alerts',
  'notices',
  'texts',
  'pushes',
  'corrections',
  'disclosures',
  'reads',
] as const satisfies readonly (keyof NonNullable<HeldData['elsewhere']>)[];

interface Optional {
  name: OptionalDocument;
  title: string;
}

/** All that is held about the customer, with how long it is kept and what can be erased. */
export function myDataPage(input: {
  reader: Reader;
  token: Html;
  data: HeldData;
  retention: { historyDays: number; personalDataDays: number };
  erasable: ErasableNow;
  optional: readonly Optional[];
  titleOf: (document: string) => string;
  note: string | undefined;
}): Page {
  const { reader, token, data, retention, erasable, note } = input;
  const { data: words, my } = reader.words(CUSTOMER_WORDS);
  const { line, subscriptions, authentications, statements, reissues, reports, elsewhere, withheld } = data;
  const count = (number: number) => words.count(number);
  const kept = (text: string, value: Html | string) => html`${value} <span class="hint">${text}</span>`;
  const content = html`<div class="title-row"><h1>${words.title}</h1></div>
    ${note === 'chosen' && html`<p class="note" role="status">${words.chosen}</p>`}
    ${note === 'erased' && html`<p class="note" role="status">${words.erase.done}</p>`}
    ${withheld && html`<p class="note">${words.withheld}</p>`}
    <section class="card">
      <p class="lead">${words.text}</p>
      ${linkButton('/my/data.json', words.download, 'secondary')}
      ${linkButton('/my/statements', words.statements.title, 'secondary')}
    </section>
    <section class="card">
      <h2>${words.line}</h2>
      ${facts([
        [my.phoneNumber, formatPhoneNumber(line.phoneNumber)],
        [words.person, `${line.birthDate}-${line.genderDigit}`],
        [words.contract, `${line.carrier} · ${line.plan} · ${line.holder}`],
      ])}
      <p class="hint">${words.keptWith(retention.personalDataDays)}</p>
    </section>
    <section class="card">
      <h2>${words.subscriptions}</h2>
      ${subscriptions.length === 0 && html`<p>${words.none}</p>`}
      ${subscriptions.map(({ subscribedAt, state, device }) =>
        facts([
          [words.subscribedAt, dateTime(subscribedAt, reader.locale)],
          [my.service, my.states[state as keyof typeof my.states].title],
          ...(device ? [[my.device, `${device.name} · ${device.serialNumber}`] as const] : []),
        ]),
      )}
      <p class="hint">${words.keptAfterEnd(retention.personalDataDays)}</p>
    </section>
    ${consentsCard(input)}
    <section class="card">
      <h2>${words.others}</h2>
      ${facts([
        [my.history, kept(words.keptFor(retention.historyDays), count(authentications.length))],
        [words.statements.title, kept(words.keptAfterEnd(retention.personalDataDays), count(statements.length))],
        [words.reissues, kept(words.keptFor(retention.historyDays), count(reissues.length))],
        [words.reports, kept(words.keptFor(retention.historyDays), count(reports.length))],
        ...(elsewhere
          ? ELSEWHERE.flatMap((name) => {
              const rows = elsewhere[name];
              return rows
                ? [[words.elsewhere[name], kept(words.keptFor(retention.historyDays), count(rows.length))] as const]
                : [];
            })
          : []),
        [words.cookies, words.cookiesText],
        [words.audit, words.auditText],
      ])}
    </section>
    ${eraseCard(reader, token, erasable)}
    <p><a href="/privacy">${words.privacy}</a></p>`;
  return sitePage({ reader, title: words.title, address: '/my/data', place: '/my', content });
}

function consentsCard({ reader, token, data, optional, titleOf }: Parameters<typeof myDataPage>[0]): Html {
  const { data: words } = reader.words(CUSTOMER_WORDS);
  const stands = data.subscriptions.some(({ state }) => state !== 'cancelled');
  const isGiven = (name: string) =>
    data.consents.some(({ document, withdrawnAt }) => document === name && withdrawnAt === null);
  return html`<section class="card">
    <h2 id="consents">${words.consents.title}</h2>
    ${data.consents.length === 0 && html`<p>${words.none}</p>`}
    ${
      data.consents.length > 0 &&
      wideTable(
        'consents',
        [
          words.consents.document,
          words.consents.version,
          words.consents.at,
          words.consents.channel,
          words.consents.withdrawn,
        ],
        data.consents.map(
          ({ document, version, at, channel, withdrawnAt }) =>
            html`<tr>
              <td>${titleOf(document)}</td>
              <td>${calendarDay(version, reader.locale)}</td>
              <td>${dateTime(at, reader.locale)}</td>
              <td>${words.consents.channels[channel]}</td>
              <td>${withdrawnAt ? dateTime(withdrawnAt, reader.locale) : '–'}</td>
            </tr>`,
        ),
      )
    }
    <p class="hint">${words.consents.required} <a href="/cancel">${words.consents.cancel}</a></p>
    ${
      stands &&
      optional.map(
        ({ name, title }) =>
          html`<form method="post" action="/my/data/consent">
            ${token}<input type="hidden" name="document" value="${name}" />
            <input type="hidden" name="agrees" value="${isGiven(name) ? 'no' : 'yes'}" />
            <p>
              <a href="/consents/${name}">${title}</a> ${isGiven(name) ? words.consents.given : words.consents.notGiven}
            </p>
            <button class="secondary">
              ${isGiven(name) ? words.consents.withdraw(title) : words.consents.give(title)}
            </button>
            ${isGiven(name) && html`<p class="hint">${words.consents.follows}</p>`}
          </form>`,
      )
    }
  </section>`;
}

function eraseCard(reader: Reader, token: Html, { may, from, isHeld }: ErasableNow): Html {
  const { erase } = reader.words(CUSTOMER_WORDS).data;
  return html`<section class="card">
    <h2>${erase.title}</h2>
    <p>${erase.text}</p>
    <ul class="rules">
      ${erase.points.map((point) => html`<li>${point}</li>`)}
    </ul>
    ${may && html`<form method="post" action="/my/data/erase">${token}<button class="danger">${erase.submit}</button></form>`}
    ${!may && html`<p class="note">${isHeld ? erase.held : from ? erase.from(seoulTime(from, reader.locale)) : erase.stands}</p>`}
  </section>`;
}

/** The list of months, newest first; null: they are withheld. */
export function statementsPage(reader: Reader, statements: readonly MonthStatement[] | null): Page {
  const { statements: words, back, withheld } = reader.words(CUSTOMER_WORDS).data;
  const content = html`<section class="card narrow">
    <h1>${words.title}</h1>
    ${statements === null && html`<p class="note">${withheld}</p>`}
    ${statements?.length === 0 && html`<p>${words.none}</p>`}
    <ul class="statements">
      ${statements?.map(
        (statement) =>
          html`<li>
            <a href="/my/statements/${statement.month}">${calendarMonth(statement.month, reader.locale)}</a>
            <span
              >${won(statement.amount, reader.locale)}
              ${!statement.isClosed && html`<span class="hint">${words.open}</span>`}</span
            >
          </li>`,
      )}
    </ul>
    ${linkButton('/my', back, 'secondary')}
  </section>`;
  return sitePage({ reader, title: words.title, address: '/my/statements', place: '/my', content });
}

/** One month: days and fee as they are counted, with the corrections of earlier months. It prints on one sheet. */
export function statementPage(reader: Reader, phoneNumber: string, statement: MonthStatement): Page {
  const { locale } = reader;
  const { data, my } = reader.words(CUSTOMER_WORDS);
  const { statements: words } = data;
  const month = calendarMonth(statement.month, locale);
  const title = words.of(month);
  const content = html`<section class="card narrow">
    <h1>${title}</h1>
    ${!statement.isClosed && html`<p class="note">${words.provisional}</p>`}
    ${facts([
      [my.phoneNumber, formatPhoneNumber(phoneNumber)],
      [words.month, month],
      [words.amount, html`<strong>${won(statement.amount, locale)}</strong>`],
    ])}
    <h2 id="lines">${words.lines}</h2>
    ${wideTable(
      'lines',
      [words.month, words.days, words.fee, words.amount],
      statement.lines.map((line) => lineOf(reader, words, statement, line)),
    )}
    <p class="hint">${words.how}</p>
    <div class="no-print">${linkButton('/my/statements', words.back, 'secondary')}</div>
  </section>`;
  return sitePage({ reader, title, address: `/my/statements/${statement.month}`, place: '/my', content });
}

function lineOf(
  { locale }: Reader,
  words: CustomerWords['data']['statements'],
  statement: MonthStatement,
  { month, days, amount, monthlyFee }: MonthStatement['lines'][number],
): Html {
  const isCorrection = month !== statement.month;
  return html`<tr>
    <td>${calendarMonth(month, locale)} ${isCorrection && html`<span class="hint">${words.correction}</span>`}</td>
    <td>${isCorrection ? words.more(days) : words.used(days, daysIn(month))}</td>
    <td>${won(monthlyFee, locale)}</td>
    <td>${won(amount, locale)}</td>
  </tr>`;
}
