import type { SubscriptionLogged } from '../../authentication/subscription-log.ts';
import { timelineOf } from '../../domain/logged-authentication.ts';
import { dateSecond, seconds } from '../../pages/format.ts';
import { html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { facts } from '../../pages/site.ts';
import { timelineList } from '../../pages/timeline.ts';
import { deskPage, type DeskReader } from './desk.ts';

/** What happened to one authentication of a subscription, and in a sentence why it was not verified. */
export function historyPage(reader: DeskReader, subscriptionId: string, one: SubscriptionLogged): Page {
  const { locale, texts } = reader;
  const { history: words } = texts.phone;
  const { columns, channels, results } = texts.desk;
  const { steps, failure } = timelineOf({ ...one, maskedPhoneNumber: null });
  const subscription = `/operator/subscriptions/${subscriptionId}`;
  const content = html`<p><a href="${subscription}">${words.back}</a></p>
    <h1>${words.title}</h1>
    <div class="desk-columns">
      <section class="card" aria-labelledby="what">
        <h2 id="what">${words.facts}</h2>
        ${facts([
          [columns.relyingParty, one.relyingParty.name],
          [columns.when, dateSecond(one.startedAt, locale)],
          [columns.result, html`<span class="tag ${one.state}">${results[one.state]}</span>`],
          [columns.method, channels[one.channel]],
          [words.by, one.byWindow ? words.byWindow : words.byServer],
          [words.attempts, String(one.attempts)],
          ...(one.held ? [[words.held, words.heldText] as const] : []),
          ...(one.notMe ? [[words.notMe, words.notMeText] as const] : []),
          ...(one.verifiedAfterMs === null
            ? []
            : [[words.verifiedAfter, seconds(one.verifiedAfterMs / 1_000, locale)] as const]),
        ])}
      </section>
      <section class="card" aria-labelledby="timeline">
        <h2 id="timeline">${words.timeline}</h2>
        ${timelineList(words, locale, one.held ? steps.filter(({ kind }) => kind !== 'sent') : steps, one)}
        ${failure !== null && html`<p class="finding">${words.failures[failure]}</p>`}
      </section>
    </div>`;
  const address = `${subscription}/history/${one.id}`;
  return deskPage({ title: words.title, address, content, reader, place: '/operator' });
}
