import type { FiguresOfSpan } from '../../figures/figures.ts';
import { dateSecond } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import type { EndpointView } from '../../webhooks/endpoints.ts';
import type { Membership } from '../member.store.ts';
import { summary } from './figures.page.ts';
import { clientPage, consolePage, doneNote, pathIn, type ClientReader, type ConsoleReader } from './frame.ts';

/** The clients of a person who is a member of several, or of none any more. */
export function clientsPage(reader: ConsoleReader, memberships: readonly Membership[], done: string | undefined): Page {
  const { clients: words, frame } = reader.texts;
  const content = html`${doneNote(reader, done)}
    <section class="card narrow">
      <h1>${words.title}</h1>
      ${
        memberships.length === 0
          ? html`<p class="nothing">${words.none}</p>`
          : html`<ul class="desk-list">
              ${memberships.map(
                (one) =>
                  html`<li>
                    <a href="${pathIn(one, 'home')}"><strong>${one.client.name}</strong></a>
                    <span class="hint">${one.client.clientId} · ${frame.roles[one.role]}</span>
                  </li>`,
              )}
            </ul>`
      }
    </section>`;
  return consolePage({ title: words.title, address: '/console', content, reader });
}

/** The home of a client: endpoints that fail, today in numbers, and where to find what. */
export function clientHomePage(
  reader: ClientReader,
  today: FiguresOfSpan,
  { endpoints, done }: { endpoints: readonly EndpointView[]; done: string | undefined },
): Page {
  const { home: words, frame } = reader.texts;
  const steps = ['tests', 'webhooks', 'log', 'figures', 'app', 'people'] as const;
  const content = html`<h1>${reader.client.name}</h1>
    ${doneNote(reader, done)} ${failingEndpoints(reader, endpoints)}
    <h2>${words.today}</h2>
    ${summary(reader, today)}
    <section class="card" aria-labelledby="where">
      <h2 id="where">${words.where}</h2>
      <ul class="desk-list">
        ${steps.map(
          (one) =>
            html`<li>
              <a href="${pathIn(reader, one)}"><strong>${frame.places[one]}</strong></a>
              <span class="hint">${words.steps[one]}</span>
            </li>`,
        )}
        <li>
          <a href="/developers"><strong>${words.documents}</strong></a>
          <span class="hint">${words.documentsHint}</span>
        </li>
      </ul>
    </section>`;
  return clientPage({ reader, title: reader.client.name, address: pathIn(reader, 'home'), content, place: 'home' });
}

/** The endpoints that the service disabled, and those that fail at present. What their own side disabled is no news. */
function failingEndpoints(reader: ClientReader, endpoints: readonly EndpointView[]): Html | false {
  const { home: words, webhooks } = reader.texts;
  const failing = endpoints.filter(({ disabled, disabledBy, failingSince }) =>
    disabled ? disabledBy !== 'client' : failingSince !== null,
  );
  return (
    failing.length > 0 &&
    html`<section class="card" aria-labelledby="failing">
      <h2 id="failing">${words.failing}</h2>
      <ul class="desk-list">
        ${failing.map(
          ({ id, url, disabledBy, failingSince }) =>
            html`<li>
              <a href="${pathIn(reader, 'webhooks')}/${id}"><strong>${url}</strong></a>
              <span class="hint">
                <span class="tag suspended">${disabledBy ? webhooks.states.disabled : webhooks.states.failing}</span>
                ${
                  disabledBy
                    ? webhooks.disabledBy[disabledBy]
                    : html`${webhooks.failingSince} ${failingSince !== null && dateSecond(failingSince, reader.locale)}.
                      ${words.failingHint}`
                }
              </span>
            </li>`,
        )}
      </ul>
    </section>`
  );
}
