import { AUTHENTICATION_STATES, CHANNELS, type Channel, type Method } from '../../domain/authentication.ts';
import { timelineOf, type LoggedAuthentication, type LogPage } from '../../domain/logged-authentication.ts';
import { dateSecond, seconds } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import { choiceField, dayField, filteredAddress } from '../../pages/list-filter.ts';
import type { Page } from '../../pages/page.ts';
import { facts, linkButton } from '../../pages/site.ts';
import type { ConsoleWords } from '../words/words.ts';
import { timelineList } from '../../pages/timeline.ts';
import { wideTable } from '../../pages/wide-table.ts';
import { clientPage, pathIn, type ClientReader } from './frame.ts';
import type { LogChoice } from './log-choice.ts';

/** The log of a relying party's authentications: the search, the filter, and a page of rows. */
export function logPage(
  reader: ClientReader,
  choice: LogChoice,
  { rows, next }: LogPage,
  { isUnknownId }: { isUnknownId: boolean },
): Page {
  const { locale } = reader;
  const { log: words } = reader.texts;
  const { columns } = words;
  const address = pathIn(reader, 'log');
  const head = [
    columns.started,
    columns.id,
    columns.method,
    columns.channel,
    columns.state,
    columns.problems,
    columns.verifiedAfter,
    columns.phoneNumber,
  ];
  const body = rows.map(
    (row) =>
      html`<tr>
        <td>${dateSecond(row.startedAt, reader.locale)}</td>
        <td>
          <a href="${address}/${row.id}${choice.mode === 'test' && '?mode=test'}"><code>${row.id.slice(-12)}</code></a>
        </td>
        <td>${words.methods[methodOf(row.channel)]}</td>
        <td>${words.channels[row.channel]}</td>
        <td><span class="tag ${row.state}">${words.states[row.state]}</span></td>
        <td>${problemCodes(row)}</td>
        <td>${row.verifiedAfterMs === null ? '–' : seconds(row.verifiedAfterMs / 1_000, locale)}</td>
        <td>${row.maskedPhoneNumber ?? '–'}</td>
      </tr>`,
  );
  const nothing = next === null ? words.none : words.noneYet;
  const content = html`<h1 id="log">${words.title}</h1>
    <p class="lead">${choice.mode === 'test' ? words.leadTest : words.lead}</p>
    ${searchForm(words, address, choice, isUnknownId)} ${filterForm(reader, address, choice)}
    <section class="card" aria-labelledby="log">
      ${rows.length === 0 ? html`<p class="nothing">${nothing}</p>` : wideTable('log', head, body)}
      ${rows.length === 0 && choice.mode === 'live' && linkButton(`${address}?mode=test`, words.tests, 'secondary')}
      ${
        (choice.after !== undefined || next !== null) &&
        html`<div class="row">
          ${choice.after !== undefined && linkButton(linkTo(address, choice), reader.common.list.newest, 'secondary')}
          ${next !== null && linkButton(linkTo(address, choice, next), reader.common.list.older, 'secondary')}
        </div>`
      }
    </section>`;
  return clientPage({
    reader,
    title: words.title,
    address: linkTo(address, choice, choice.after),
    content,
    place: 'log',
    ...(isUnknownId && { status: 404 }),
  });
}

/** What happened to one authentication, and in a sentence why it was not verified. */
export function loggedPage(reader: ClientReader, one: LoggedAuthentication, mode: LogChoice['mode']): Page {
  const { locale } = reader;
  const { log: words } = reader.texts;
  const { steps, failure } = timelineOf(one);
  const log = pathIn(reader, 'log');
  const query = mode === 'test' ? '?mode=test' : '';
  const rows: readonly (readonly [string, Html | string])[] = [
    [words.columns.id, html`<code>${one.id}</code>`],
    [words.columns.state, html`<span class="tag ${one.state}">${words.states[one.state]}</span>`],
    [words.columns.method, words.methods[methodOf(one.channel)]],
    [words.columns.channel, words.channels[one.channel]],
    [words.columns.phoneNumber, one.maskedPhoneNumber ?? words.noNumber],
    [words.columns.by, one.byWindow ? words.byWindow : words.byServer],
    [words.columns.attempts, String(one.attempts)],
    ...(one.verifiedAfterMs === null
      ? []
      : [[words.columns.verifiedAfter, seconds(one.verifiedAfterMs / 1_000, locale)] as const]),
    ...(one.problems.length === 0 ? [] : [[words.columns.problems, problemCodes(one)] as const]),
  ];
  const content = html`<p><a href="${log}${query}">${words.back}</a></p>
    <h1>${words.one}</h1>
    <div class="console-columns">
      <section class="card" aria-labelledby="what">
        <h2 id="what">${words.facts}</h2>
        ${facts(rows)}
      </section>
      <section class="card" aria-labelledby="when">
        <h2 id="when">${words.timeline}</h2>
        ${timelineList(words, locale, steps, one)}
        ${failure !== null && html`<p class="console-why">${words.failures[failure]}</p>`}
      </section>
    </div>`;
  return clientPage({ reader, title: words.one, address: `${log}/${one.id}${query}`, content, place: 'log' });
}

/** The method that a relying party asked for: who asks by push may be answered by text message. */
function methodOf(channel: Channel): Method {
  return channel === 'sms' ? 'push' : channel;
}

/** Each leads to its entry of the documents. */
function problemCodes({ problems }: Pick<LoggedAuthentication, 'problems'>): Html {
  if (problems.length === 0) return html`–`;
  return html`${problems.map((code) => html`<a href="/developers/errors#${code}"><code>${code}</code></a> `)}`;
}

function searchForm(
  words: ConsoleWords['log'],
  address: string,
  { id = '', mode }: LogChoice,
  isUnknown: boolean,
): Html {
  return html`<form class="card" method="get" action="${address}">
    ${mode === 'test' && html`<input type="hidden" name="mode" value="test" />`}
    <div class="console-search">
      <div class="field">
        <label for="id">${words.search}</label>
        <input
          id="id"
          name="id"
          value="${id}"
          maxlength="100"
          autocomplete="off"
          spellcheck="false"
          required
          ${isUnknown && html`aria-invalid="true"`}
          aria-describedby="id-fault"
        />
        <p class="fault" id="id-fault">${isUnknown && words.unknownId}</p>
      </div>
      <button class="primary">${words.find}</button>
    </div>
  </form>`;
}

function filterForm({ common, texts }: ClientReader, address: string, choice: LogChoice): Html {
  const { log: words } = texts;
  const { list } = common;
  const { mode, state, channel, from, until } = choice;
  const modes = [
    ['live', words.live],
    ['test', words.test],
  ] as const;
  const states = AUTHENTICATION_STATES.map((one) => [one, words.states[one]] as const);
  const channels = CHANNELS.map((one) => [one, words.channels[one]] as const);
  const { state: stateLabel, channel: channelLabel } = words.columns;
  return html`<form class="card" method="get" action="${address}">
    <div class="console-filter">
      ${choiceField({ name: 'mode', label: words.mode, options: modes, chosen: mode })}
      ${choiceField({ name: 'state', label: stateLabel, all: list.all, options: states, chosen: state })}
      ${choiceField({ name: 'channel', label: channelLabel, all: list.all, options: channels, chosen: channel })}
      ${dayField('from', list.from, from)} ${dayField('until', list.until, until)}
      <button class="secondary">${list.filter}</button>
    </div>
  </form>`;
}

/** The address of the log with the same filter, from a cursor on. */
function linkTo(address: string, { mode, state, channel, from, until }: LogChoice, after?: string): string {
  return filteredAddress(address, { mode: mode === 'test' ? mode : undefined, state, channel, from, until, after });
}
