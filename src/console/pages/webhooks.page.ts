import { WEBHOOK_ENDPOINTS } from '../../domain/webhook.ts';
import { mayMember } from '../../domain/console.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { wideTable } from '../../pages/wide-table.ts';
import type { EndpointView } from '../../webhooks/endpoints.ts';
import type { EventType } from '../../webhooks/event-types.ts';
import type { EventsView } from '../../webhooks/events.ts';
import { clientPage, doneNote, pathIn, type ClientReader } from './frame.ts';
import {
  chosenTypes,
  endpointFields,
  endpointState,
  onceField,
  type EndpointForm,
  type UrlHint,
} from './webhook-endpoint.page.ts';
import { eventsSection, type ListedEvent } from './webhook-event.page.ts';

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
    urlHint: UrlHint;
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
              ${reader.formToken}${onceField()} ${endpointFields(words, form, { id: 'new', urlHint: shown.urlHint })}
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

function endpointRow(reader: ClientReader, endpoint: EndpointView): Html {
  const { webhooks: words } = reader.texts;
  return html`<tr>
    <td class="free">
      <a href="${pathIn(reader, 'webhooks')}/${endpoint.id}">${endpoint.url}</a>
      ${endpoint.description !== null && html`<br /><span class="hint">${endpoint.description}</span>`}
    </td>
    <td>${endpointState(words, endpoint)}</td>
    <td class="free">${chosenTypes(words, endpoint)}</td>
  </tr>`;
}
