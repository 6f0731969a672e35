import type { MonthlyCharge } from '../../charges/charge.ts';
import type { AuditFilter, LoggedEntry } from '../audit-log.ts';
import { actionWords, deskPage, outcomeWords, reasonField, type DeskReader } from './desk.ts';
import { wideTable } from '../../pages/wide-table.ts';
import { calendarMonth, dateSecond, grouped, seoulTime, won } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import { choiceField, dayField, filteredAddress } from '../../pages/list-filter.ts';
import type { DeskWords } from '../words/words.ts';
import type { Page } from '../../pages/page.ts';
import { linkButton } from '../../pages/site.ts';

/** Asks for the month and for the reason of the read. */
export function chooseMonthPage(reader: DeskReader, months: readonly string[], fault: boolean): Page {
  const messages = reader.texts.desk;
  const content = html`<h1>${messages.charges.title}</h1>
    ${monthForm(messages, reader, months, undefined, fault)}`;
  return chargesFrame(reader, content, fault ? 422 : 200);
}

/** The first rows of a month's charges, and the totals of all rows. */
export interface MonthOfCharges {
  month: string;
  closedAt: Date | null;
  rows: readonly MonthlyCharge[];
  count: number;
  days: number;
  amount: number;
}

export function chargesPage(reader: DeskReader, months: readonly string[], charges: MonthOfCharges): Page {
  const { locale } = reader;
  const messages = reader.texts.desk;
  const { charges: words, columns } = messages;
  const { month, closedAt, rows, count, days, amount } = charges;
  const head = [columns.subscription, columns.line, columns.month, columns.days, columns.amount];
  const body = rows.map(
    (row) =>
      html`<tr>
        <td>
          <a href="/operator/subscriptions/${row.subscriptionId}"><code>${row.subscriptionId.slice(-12)}</code></a>
        </td>
        <td>${row.lineId}</td>
        <td>
          ${calendarMonth(row.month, locale)}
          ${row.month !== month && html`<span class="tag">${words.correction}</span>`}
        </td>
        <td class="amount">${grouped(row.days)}</td>
        <td class="amount">${won(row.amount, locale)}</td>
      </tr>`,
  );
  const foot = html`<tr>
    <th scope="row" colspan="3">${words.sum} (${words.rows(grouped(count))})</th>
    <td class="amount">${grouped(days)}</td>
    <td class="amount">${won(amount, locale)}</td>
  </tr>`;
  const table = html`${wideTable('month', head, body, foot)}
  ${count > rows.length && html`<p class="hint">${words.shownOf(grouped(rows.length), grouped(count))}</p>`}
  ${linkButton(`/operator/charges/${month}/csv`, words.csv, 'secondary')}`;
  const content = html`<h1>${words.title}</h1>
    <section class="card">
      <h2 id="month">${calendarMonth(month, locale)}</h2>
      <p class="hint">${closedAt ? words.closed(seoulTime(closedAt, locale)) : words.open}</p>
      ${count === 0 ? html`<p class="nothing">${words.none}</p>` : table}
    </section>
    ${monthForm(messages, reader, months, month, false)}`;
  return chargesFrame(reader, content);
}

function chargesFrame(reader: DeskReader, content: Html, status = 200): Page {
  const { title } = reader.texts.desk.charges;
  const address = '/operator/charges';
  return deskPage({ title, address, content, reader, place: address, status });
}

function monthForm(
  messages: DeskWords,
  { locale, formToken }: DeskReader,
  months: readonly string[],
  chosen: string | undefined,
  fault: boolean,
): Html {
  const { charges: words } = messages;
  return html`<form class="card" method="post" action="/operator/charges">
    <h2>${words.choose}</h2>
    ${formToken}
    <div class="desk-fields">
      <div class="field">
        <label for="choose-month">${words.month}</label>
        <select id="choose-month" name="month">
          ${months.map(
            (one) =>
              html`<option value="${one}" ${one === chosen && html`selected`}>${calendarMonth(one, locale)}</option>`,
          )}
        </select>
        <p class="fault"></p>
      </div>
      ${reasonField(messages, 'charges-reason', { fault: fault ? messages.search.reasonFault : '' })}
      <button class="primary">${words.submit}</button>
    </div>
  </form>`;
}

/** One page of the complete audit. */
export function auditPage(
  reader: DeskReader,
  filter: AuditFilter,
  { entries, next }: { entries: readonly LoggedEntry[]; next: string | null },
): Page {
  const { locale } = reader;
  const messages = reader.texts.desk;
  const { audit: words, columns } = messages;
  const head = [
    columns.when,
    columns.by,
    columns.what,
    columns.subscription,
    columns.reason,
    columns.outcome,
    columns.address,
  ];
  const rows = entries.map(
    ({ at, operator, name, action, subscriptionId, reason, outcome, address }) =>
      html`<tr>
        <td>${dateSecond(at, locale)}</td>
        <td>${name !== null && html`${name} `}<span class="hint">${operator}</span></td>
        <td>${actionWords(messages, action)}</td>
        <td>
          ${
            subscriptionId
              ? html`<a href="/operator/subscriptions/${subscriptionId}"><code>${subscriptionId.slice(-12)}</code></a>`
              : '–'
          }
        </td>
        <td class="free">${reason}</td>
        <td>${outcomeWords(messages, outcome)}</td>
        <td>${address ?? '–'}</td>
      </tr>`,
  );
  const content = html`<h1 id="whole-audit">${words.title}</h1>
    ${filterForm(reader, filter)}
    <section class="card" aria-labelledby="whole-audit">
      ${rows.length === 0 ? html`<p class="nothing">${words.none}</p>` : wideTable('whole-audit', head, rows)}
      <div class="row">
        ${filter.before !== undefined && linkButton(linkTo(filter, undefined), reader.common.list.newest, 'secondary')}
        ${next !== null && linkButton(linkTo(filter, next), reader.common.list.older, 'secondary')}
        ${rows.length > 0 && linkButton(linkTo(filter, undefined, '/operator/audit/csv'), words.csv, 'secondary')}
      </div>
    </section>`;
  const address = '/operator/audit';
  return deskPage({ title: words.title, address, content, reader, place: address });
}

function filterForm({ common, texts }: DeskReader, filter: AuditFilter): Html {
  const { operator = '', action, from, until, lists } = filter;
  const { audit: words, audited } = texts.desk;
  const { list } = common;
  const actions = Object.entries(audited);
  return html`<form class="card" method="get" action="/operator/audit">
    <div class="desk-fields">
      <div class="field">
        <label for="operator">${words.operator}</label>
        <input id="operator" name="operator" value="${operator}" maxlength="100" autocomplete="off" />
      </div>
      ${choiceField({ name: 'action', label: words.action, all: list.all, options: actions, chosen: action })}
      ${dayField('from', list.from, from)} ${dayField('until', list.until, until)}
      <label class="check">
        <input type="checkbox" name="lists" value="yes" ${lists === true && html`checked`} /> ${words.lists}
      </label>
      <button class="secondary">${list.filter}</button>
    </div>
  </form>`;
}

function linkTo(filter: AuditFilter, before: string | undefined, address = '/operator/audit'): string {
  const { operator, action, from, until, lists } = filter;
  return filteredAddress(address, { operator, action, from, until, lists: lists === true ? 'yes' : undefined, before });
}
