import { randomToken } from '../../crypto/random.ts';
import type { EndpointDelivery } from '../../webhooks/deliveries.ts';
import type { EndpointView } from '../../webhooks/endpoints.ts';
import { CHOSEN_TYPES, EVENT_TYPES, type EventType } from '../../webhooks/event-types.ts';
import type { AttemptView, EventsView, EventView } from '../../webhooks/events.ts';
import { WEBHOOK_DAYS, WEBHOOK_ENDPOINTS } from '../../domain/webhook.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { linkButton } from '../../pages/site.ts';
import { mayMember } from '../../domain/console.ts';
import type { ConsoleWords } from '../words/words.ts';
import { dateSecond } from '../../pages/format.ts';
import { wideTable } from '../../pages/wide-table.ts';
import { clientPage, doneNote, pathIn, type ClientReader } from './frame.ts';

/** What was typed for an endpoint, and what is wrong with it. */
export interface EndpointForm {
  url: string;
  types: readonly (EventType | '*')[];
  description: string;
  fault: EndpointFault | null;
}

/** What is wrong with a form. The detail of an address is the service's own sentence, in English. */
export interface EndpointFault {
  kind: 'url' | 'types' | 'description' | 'limit';
  detail?: string;
}

export const NEW_ENDPOINT: EndpointForm = { url: '', types: ['*'], description: '', fault: null };

/** An event of the list, with what became of it at each endpoint. */
export interface ListedEvent {
  event: EventView;
  deliveries: readonly EndpointDelivery[];
}

/** The endpoints of a client, a form for another one, and the last events. */
export function webhooksPage(
  reader: ClientReader,
  shown: {
    endpoints: readonly EndpointView[];
    events: readonly ListedEvent[];
    type: EventType | undefined;
    /** The cursor of this page, and of the next one. */
    cursor: string | undefined;
    next: EventsView['cursor'];
    form: EndpointForm;
    done?: string | undefined;
  },
): Page {
  const { webhooks: words } = reader.texts;
  const { endpoints, form, done } = shown;
  const content = html`<h1>${words.title}</h1>
    <p class="lead">${words.lead} <a href="/developers/webhooks">${words.guide}</a></p>
    ${doneNote(reader, done)}
    <section class="card" aria-labelledby="endpoints">
      <h2 id="endpoints">${words.endpoints}</h2>
      ${
        endpoints.length === 0
          ? html`<p class="nothing">${words.noEndpoint}</p>`
          : wideTable(
              'endpoints',
              [words.url, words.state, words.types],
              endpoints.map((one) => endpointRow(reader, one)),
            )
      }
    </section>
    ${
      mayMember(reader.member.role, 'webhooks') &&
      (endpoints.length < WEBHOOK_ENDPOINTS
        ? html`<details class="card" ${(form.fault !== null || endpoints.length === 0) && html`open`}>
            <summary>${words.add}</summary>
            <form method="post" action="${pathIn(reader, 'webhooks')}">
              ${reader.formToken}${once()} ${endpointFields(words, form, 'new')}
              <button class="primary">${words.add}</button>
            </form>
          </details>`
        : html`<p class="hint">${words.limit(WEBHOOK_ENDPOINTS)}</p>`)
    }
    ${eventsSection(reader, shown)}`;
  return clientPage({
    reader,
    title: words.title,
    address: pathIn(reader, 'webhooks'),
    content,
    place: 'webhooks',
    ...(form.fault !== null && { status: 422 }),
  });
}

/** One endpoint: its state, its settings, its secret, and a test event. */
export function endpointPage(
  reader: ClientReader,
  endpoint: EndpointView,
  { form, done }: { form: EndpointForm; done?: string | undefined },
): Page {
  const { webhooks: words } = reader.texts;
  const path = `${pathIn(reader, 'webhooks')}/${endpoint.id}`;
  const { formToken } = reader;
  const actions = html`<section class="card" aria-labelledby="settings">
      <h2 id="settings">${words.settings}</h2>
      <form method="post" action="${path}">
        ${formToken} ${endpointFields(words, form, 'kept')}
        <button class="primary">${words.save}</button>
      </form>
    </section>
    <div class="console-columns">
      <section class="card" aria-labelledby="test">
        <h2 id="test">${words.test}</h2>
        <p class="hint">${words.testHint}</p>
        <form method="post" action="${path}/test">
          ${formToken}
          <div class="field">
            <label for="type">${words.type}</label>
            <select id="type" name="type">
              ${['test', ...EVENT_TYPES.filter((one) => one !== 'test')].map(
                (one) => html`<option value="${one}">${one}</option>`,
              )}
            </select>
          </div>
          <button class="secondary">${words.sendTest}</button>
        </form>
      </section>
      <section class="card" aria-labelledby="secret">
        <h2 id="secret">${words.secret}</h2>
        <p class="hint">${words.secretHint}</p>
        <form method="post" action="${path}/secret">
          ${formToken}${once()}
          <div class="field">
            <label for="hours">${words.grace}</label>
            <select id="hours" name="hours">
              ${GRACES.map(
                (hours) =>
                  html`<option value="${hours}" ${hours === 24 && html`selected`}>${words.hours(hours)}</option>`,
              )}
            </select>
          </div>
          <button class="secondary">${words.rotate}</button>
        </form>
      </section>
    </div>
    <section class="card" aria-labelledby="end">
      <h2 id="end">${words.stop}</h2>
      <form method="post" action="${path}/${endpoint.disabled ? 'enable' : 'disable'}">
        ${formToken}
        <p class="hint">${endpoint.disabled ? words.enableHint : words.disableHint}</p>
        <button class="secondary">${endpoint.disabled ? words.enable : words.disable}</button>
      </form>
      <form method="post" action="${path}/remove">
        ${formToken}
        <p class="hint">${words.removeHint}</p>
        <label class="check"><input type="checkbox" name="sure" value="yes" required /> ${words.sure}</label>
        <button class="danger">${words.remove}</button>
      </form>
    </section>`;
  const content = html`<p><a href="${pathIn(reader, 'webhooks')}">${words.back}</a></p>
    <h1>${endpoint.url}</h1>
    ${doneNote(reader, done)}
    <section class="card" aria-labelledby="state">
      <h2 id="state">${words.state}</h2>
      <dl class="facts">
        ${fact(words.state, stateTag(words, endpoint))} ${fact(words.types, typesOf(words, endpoint))}
        ${endpoint.description !== null && fact(words.description, endpoint.description)}
        ${endpoint.failingSince !== null && fact(words.failingSince, dateSecond(endpoint.failingSince, reader.locale))}
        ${fact(words.created, dateSecond(endpoint.createdAt, reader.locale))}
        ${fact(words.endpointId, html`<code>${endpoint.id}</code>`)}
      </dl>
      ${endpoint.disabledBy !== null && html`<p class="console-why">${words.disabledBy[endpoint.disabledBy]}</p>`}
    </section>
    ${mayMember(reader.member.role, 'webhooks') && actions}`;
  return clientPage({
    reader,
    title: words.endpoint,
    address: path,
    content,
    place: 'webhooks',
    ...(form.fault !== null && { status: 422 }),
  });
}

/** Characters of the body of an answer that the page shows. */
const LONGEST_BODY = 160;

/** Hours for which a former secret may sign beside its successor. */
export const GRACES = [0, 1, 24, 72, 168] as const;

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
    <h1><code>${event.type}</code></h1>
    ${doneNote(reader, done)}
    <section class="card" aria-labelledby="event">
      <h2 id="event">${words.event}</h2>
      <dl class="facts">
        ${fact(words.eventId, html`<code>${event.id}</code>`)}
        ${fact(words.happened, dateSecond(event.timestamp, reader.locale))}
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

function eventsSection(
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
          <a href="${path}/events/${event.id}"><code>${event.type}</code></a>
        </td>
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
        : wideTable('events', [words.when, words.type, words.outcome], rows)
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

function endpointRow(reader: ClientReader, endpoint: EndpointView): Html {
  const { webhooks: words } = reader.texts;
  return html`<tr>
    <td class="free">
      <a href="${pathIn(reader, 'webhooks')}/${endpoint.id}">${endpoint.url}</a>
      ${endpoint.description !== null && html`<br /><span class="hint">${endpoint.description}</span>`}
    </td>
    <td>${stateTag(words, endpoint)}</td>
    <td class="free">${typesOf(words, endpoint)}</td>
  </tr>`;
}

function stateTag(words: ConsoleWords['webhooks'], { disabled, failingSince }: EndpointView): Html {
  if (disabled) return html`<span class="tag suspended">${words.states.disabled}</span>`;
  if (failingSince !== null) return html`<span class="tag suspended">${words.states.failing}</span>`;
  return html`<span class="tag active">${words.states.enabled}</span>`;
}

function typesOf(words: ConsoleWords['webhooks'], { types }: EndpointView): Html | string {
  if (types.includes('*')) return words.everyType;
  return html`${types.map((one) => html`<code>${one}</code> `)}`;
}

function endpointFields(words: ConsoleWords['webhooks'], form: EndpointForm, id: string): Html {
  const { fault } = form;
  const isWrong = (...kinds: EndpointFault['kind'][]) =>
    fault !== null && kinds.includes(fault.kind) && words.faults[fault.kind];
  return html`<div class="field">
      <label for="${id}-url">${words.url}</label>
      <textarea
        id="${id}-url"
        name="url"
        rows="1"
        maxlength="2048"
        placeholder="https://…"
        inputmode="url"
        autocapitalize="none"
        autocomplete="off"
        spellcheck="false"
        required
        ${isWrong('url', 'limit') && html`aria-invalid="true"`}
        aria-describedby="${id}-hint ${id}-fault"
      >
${form.url}</textarea>
      <p class="hint" id="${id}-hint">${words.urlHint}</p>
      <p class="fault" id="${id}-fault">${isWrong('url', 'limit')}</p>
      ${form.fault?.detail !== undefined && html`<p class="hint" lang="en">${form.fault.detail}</p>`}
    </div>
    <div class="field">
      <label for="${id}-description">${words.description}</label>
      <input
        id="${id}-description"
        name="description"
        value="${form.description}"
        maxlength="200"
        autocomplete="off"
        ${isWrong('description') && html`aria-invalid="true"`}
        aria-describedby="${id}-description-fault"
      />
      <p class="fault" id="${id}-description-fault">${isWrong('description')}</p>
    </div>
    <fieldset class="field choices">
      <legend>${words.types}</legend>
      <p class="fault">${isWrong('types')}</p>
      ${CHOSEN_TYPES.map(
        (one) =>
          html`<label>
            <input type="checkbox" name="type:${one}" value="yes" ${form.types.includes(one) && html`checked`} />
            ${one === '*' ? words.everyType : html`<code>${one}</code>`}
          </label>`,
      )}
    </fieldset>`;
}

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

/** Names this form, so that the server knows when the page is sent again. */
function once(): Html {
  return html`<input type="hidden" name="once" value="${randomToken(32)}" />`;
}

function fact(name: string, value: Html | string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}
