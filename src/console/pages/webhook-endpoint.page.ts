import { randomToken } from '../../crypto/random.ts';
import { mayMember } from '../../domain/console.ts';
import { dateSecond } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import type { EndpointView } from '../../webhooks/endpoints.ts';
import { CHOSEN_TYPES, EVENT_TYPES, type EventType } from '../../webhooks/event-types.ts';
import type { ConsoleWords } from '../words/words.ts';
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

/** Which addresses the service accepts. */
export type UrlHint = keyof ConsoleWords['webhooks']['urlHints'];

export const NEW_ENDPOINT: EndpointForm = { url: '', types: ['*'], description: '', fault: null };

/** Hours for which a former secret may sign beside its successor. */
export const GRACES = [0, 1, 24, 72, 168] as const;

/** One endpoint: its state, its settings, its secret, and a test event. */
export function endpointPage(
  reader: ClientReader,
  endpoint: EndpointView,
  { form, urlHint, done }: { form: EndpointForm; urlHint: UrlHint; done?: string | undefined },
): Page {
  const { webhooks: words } = reader.texts;
  const path = `${pathIn(reader, 'webhooks')}/${endpoint.id}`;
  const { formToken } = reader;
  const actions = html`<section class="card" aria-labelledby="settings">
      <h2 id="settings">${words.settings}</h2>
      <form method="post" action="${path}">
        ${formToken} ${endpointFields(words, form, { id: 'kept', urlHint })}
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
          ${formToken}${onceField()}
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
        ${fact(words.state, endpointState(words, endpoint))} ${fact(words.types, chosenTypes(words, endpoint))}
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

/** The fields of an endpoint; `id` tells the ones of two forms apart. */
export function endpointFields(
  words: ConsoleWords['webhooks'],
  form: EndpointForm,
  { id, urlHint }: { id: string; urlHint: UrlHint },
): Html {
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
      <p class="hint" id="${id}-hint">${words.urlHints[urlHint]}</p>
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

/** A tag that says whether events are sent to an endpoint. */
export function endpointState(words: ConsoleWords['webhooks'], { disabled, failingSince }: EndpointView): Html {
  if (disabled) return html`<span class="tag suspended">${words.states.disabled}</span>`;
  if (failingSince !== null) return html`<span class="tag suspended">${words.states.failing}</span>`;
  return html`<span class="tag active">${words.states.enabled}</span>`;
}

/** The types of events that an endpoint gets. */
export function chosenTypes(words: ConsoleWords['webhooks'], { types }: EndpointView): Html | string {
  if (types.includes('*')) return words.everyType;
  return html`${types.map((one) => html`<code>${one}</code> `)}`;
}

/** Names this form, so that the server knows when the page is sent again. */
export function onceField(): Html {
  return html`<input type="hidden" name="once" value="${randomToken(32)}" />`;
}

/** A name with its value, within a list of facts. */
export function fact(name: string, value: Html | string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}
