import { mayMember } from '../../domain/console.ts';
import { WEBHOOK_DAYS } from '../../domain/webhook.ts';
import { dateSecond } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { linkButton } from '../../pages/site.ts';
import { wideTable } from '../../pages/wide-table.ts';
import type { EndpointDelivery } from '../../webhooks/deliveries.ts';
import type { EndpointView } from '../../webhooks/endpoints.ts';
import { authenticationOf, EVENT_TYPES, type EventType } from '../../webhooks/event-types.ts';
import type { AttemptView, EventView } from '../../webhooks/events.ts';
import type { ConsoleWords } from '../words/words.ts';
import { clientPage, doneNote, pathIn, type ClientReader } from './frame.ts';
import { fact } from './webhook-endpoint.page.ts';

/** An event of the list, with what became of it at each endpoint. */
export interface ListedEvent {
  event: EventView;
  deliveries: readonly EndpointDelivery[];
}

/** Characters of the body of an answer that the page shows. */
const LONGEST_BODY = 160;

/** One event: its data, the attempts to send it, and a way to send it again. */
export function eventPage(
  reader: ClientReader,
  event: EventView,
  {
    endpoints,
    deliveries,
    attempts,
    done,
  }: {
    endpoints: readonly EndpointView[];
    deliveries: readonly EndpointDelivery[];
    attempts: readonly AttemptView[];
    done?: string | undefined;
  },
): Page {
  const { webhooks: words } = reader.texts;
  const path = `${pathIn(reader, 'webhooks')}/events/${event.id}`;
  const urlOf = (id: string) => endpoints.find((one) => one.id === id)?.url ?? words.removed;
  const resend = (one: EndpointView) =>
    html`<form method="post" action="${path}/resend">
      ${reader.formToken}<input type="hidden" name="endpoint" value="${one.id}" />
      <p><strong>${one.url}</strong></p>
      ${one.disabled ? html`<p class="hint">${words.disabledHere}</p>` : html`<button class="secondary">${words.resend}</button>`}
    </form>`;
  const content = html`<p><a href="${pathIn(reader, 'webhooks')}">${words.back}</a></p>
    <h1><code>${event.type}</code> ${testMark(words, event)}</h1>
    ${doneNote(reader, done)}
    <section class="card" aria-labelledby="event">
      <h2 id="event">${words.event}</h2>
      <dl class="facts">
        ${fact(words.eventId, html`<code>${event.id}</code>`)}
        ${fact(words.happened, dateSecond(event.timestamp, reader.locale))} ${authenticationFact(reader, event)}
      </dl>
      <pre
        tabindex="0"
        role="region"
        aria-label="${words.data}"
      ><code>${JSON.stringify(event.data, null, 2)}</code></pre>
    </section>
    <section class="card" aria-labelledby="attempts">
      <h2 id="attempts">${words.attempts}</h2>
      ${waiting(reader, deliveries, urlOf)}
      ${
        attempts.length === 0
          ? html`<p class="nothing">${words.noAttempt}</p>`
          : wideTable(
              'attempts',
              [words.when, words.url, words.attempt, words.answer, words.ms, words.body],
              attempts.map(
                (one) =>
                  html`<tr>
                    <td>${dateSecond(one.at, reader.locale)}</td>
                    <td class="free">${urlOf(one.endpointId)}</td>
                    <td>${one.attempt}</td>
                    <td>${answerOf(words, one)}</td>
                    <td>${one.ms}</td>
                    <td class="free">${bodyOf(one)}</td>
                  </tr>`,
              ),
            )
      }
    </section>
    ${
      mayMember(reader.member.role, 'webhooks') &&
      endpoints.length > 0 &&
      html`<section class="card" aria-labelledby="again">
        <h2 id="again">${words.again}</h2>
        <p class="hint">${words.againHint}</p>
        ${endpoints.map(resend)}
      </section>`
    }`;
  return clientPage({ reader, title: event.type, address: path, content, place: 'webhooks' });
}

/** The events of a page of the log, with what became of each. */
export function eventsSection(
  reader: ClientReader,
  {
    events,
    endpoints,
    type,
    cursor,
    next,
  }: {
    events: readonly ListedEvent[];
    endpoints: readonly EndpointView[];
    type: EventType | undefined;
    cursor: string | undefined;
    next: string | null;
  },
): Html {
  const { webhooks: words } = reader.texts;
  const path = pathIn(reader, 'webhooks');
  const linkTo = (at?: string) => {
    const query = new URLSearchParams({ ...(type && { type }), ...(at !== undefined && { cursor: at }) });
    return query.size > 0 ? `${path}?${query.toString()}` : path;
  };
  const urlOf = (id: string) => endpoints.find((one) => one.id === id)?.url ?? words.removed;
  const rows = events.map(
    ({ event, deliveries }) =>
      html`<tr>
        <td>${dateSecond(event.timestamp, reader.locale)}</td>
        <td>
          <a href="${path}/events/${event.id}"><code>${event.type}</code></a> ${testMark(words, event)}
        </td>
        <td>${authenticationLink(reader, event) ?? '–'}</td>
        <td class="free">
          ${deliveries.length === 0 ? words.sentNowhere : deliveries.map((one) => deliveryLine(words, one, urlOf(one.endpointId)))}
        </td>
      </tr>`,
  );
  return html`<section class="card" aria-labelledby="events">
    <h2 id="events">${words.events}</h2>
    <p class="hint">${words.eventsHint(WEBHOOK_DAYS)}</p>
    <form method="get" action="${path}">
      <div class="console-search">
        <div class="field">
          <label for="event-type">${words.type}</label>
          <select id="event-type" name="type">
            <option value="">${words.all}</option>
            ${EVENT_TYPES.map((one) => html`<option value="${one}" ${one === type && html`selected`}>${one}</option>`)}
          </select>
        </div>
        <button class="secondary">${words.filter}</button>
      </div>
    </form>
    ${
      rows.length === 0
        ? html`<p class="nothing">${words.noEvent}</p>`
        : wideTable('events', [words.when, words.type, words.authentication, words.outcome], rows)
    }
    ${
      (cursor !== undefined || next !== null) &&
      html`<div class="row">
        ${cursor !== undefined && linkButton(linkTo(), words.newest, 'secondary')}
        ${next !== null && linkButton(linkTo(next), words.older, 'secondary')}
      </div>`
    }
  </section>`;
}

function testMark(words: ConsoleWords['webhooks'], { data }: EventView): Html | false {
  return isTest(data) && html`<span class="tag">${words.testMark}</span>`;
}

function authenticationFact(reader: ClientReader, event: EventView): Html | undefined {
  const link = authenticationLink(reader, event);
  return link && fact(reader.texts.webhooks.authentication, link);
}

/** The authentication of an event, which opens in the log; undefined for events of other things. */
function authenticationLink(reader: ClientReader, { type, data }: EventView): Html | undefined {
  const id = authenticationOf(type, data);
  if (id === undefined) return undefined;
  return html`<a href="${pathIn(reader, 'log')}/${id}${isTest(data) && '?mode=test'}"
    ><code>${id.slice(-12)}</code></a
  >`;
}

const isTest = (data: EventView['data']): boolean => 'test' in data && data.test === true;

function deliveryLine(words: ConsoleWords['webhooks'], one: EndpointDelivery, url: string): Html {
  return html`<p>
    <span class="tag ${one.outcome}">${words.outcomes[one.outcome]}</span> ${deliveryAnswer(words, one)}
    <span class="hint">${url}</span>
  </p>`;
}

function deliveryAnswer(words: ConsoleWords['webhooks'], { status, fault, attempt }: EndpointDelivery): string {
  const answer = status === null ? fault && faultWords(words, fault) : `HTTP ${status}`;
  return [answer, attempt !== null && attempt > 1 && words.nth(attempt)].filter(Boolean).join(', ');
}

function waiting(
  reader: ClientReader,
  deliveries: readonly EndpointDelivery[],
  urlOf: (id: string) => string,
): Html | false {
  const { webhooks: words } = reader.texts;
  const due = deliveries.filter(({ dueAt }) => dueAt !== null);
  return (
    due.length > 0 &&
    html`<ul class="desk-list">
      ${due.map(
        ({ endpointId, dueAt }) =>
          html`<li>
            <span>${urlOf(endpointId)}</span>
            <span class="hint">${words.next} ${dueAt && dateSecond(dueAt, reader.locale)}</span>
          </li>`,
      )}
    </ul>`
  );
}

/** The sentence for a fault of sending. */
function faultWords(words: ConsoleWords['webhooks'], fault: string): string {
  return (words.sending as Readonly<Record<string, string>>)[fault] ?? fault;
}

/** The beginning of the body of an answer; a whole page of HTML would hide the other attempts. */
function bodyOf({ response }: AttemptView): Html | string {
  if (response === null || response === '') return '–';
  return html`<code>${response.length > LONGEST_BODY ? `${response.slice(0, LONGEST_BODY)}…` : response}</code>`;
}

function answerOf(words: ConsoleWords['webhooks'], { outcome, status, fault }: AttemptView): Html {
  return html`<span class="tag ${outcome}">${words.outcomes[outcome]}</span>
    ${status === null ? fault && faultWords(words, fault) : `HTTP ${status}`}`;
}
