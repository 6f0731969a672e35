import { dateSecond } from '../../pages/format.ts';
import { html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { facts, linkButton } from '../../pages/site.ts';
import type { TestPushState, TestPushView } from '../phone-deeds.ts';
import { deskPage, type DeskReader } from './desk.ts';
import { pushAnswer } from './phone.cards.ts';

/** States that may still change while the agent waits. */
const FOLLOWED: ReadonlySet<TestPushState> = new Set(['waiting', 'retry', 'accepted']);

/** One test push: what the push service answered, and whether the app was heard of since. */
export function testPushPage(
  reader: DeskReader,
  { subscriptionId, push, view }: { subscriptionId: string; push: string; view: TestPushView },
): Page {
  const { phone: words } = reader.texts;
  const { state, answer, lastContactAt } = view;
  const subscription = `/operator/subscriptions/${subscriptionId}`;
  const address = `${subscription}/test-push/${push}`;
  const { title, text } = words.test.states[state];
  const isFollowed = FOLLOWED.has(state);
  const content = html`<section
    class="card narrow"
    ${isFollowed && html`data-follow="${address}"`}
    data-state="${state}"
  >
    <p class="hint">${words.test.name}</p>
    <h1>${title}</h1>
    <p class="lead" role="status">${text}</p>
    ${facts([
      ...(answer
        ? [
            [words.answer, pushAnswer(words, answer)] as const,
            [words.answeredAt, dateSecond(answer.answeredAt, reader.locale)] as const,
            [words.pushService, words.pushServices[answer.pushService] ?? answer.pushService] as const,
            [words.took, words.milliseconds(answer.tookMs)] as const,
          ]
        : []),
      ...(lastContactAt ? [[words.lastContact, dateSecond(lastContactAt, reader.locale)] as const] : []),
    ])}
    ${isFollowed && html`<p>${linkButton(address, words.test.look, 'secondary')}</p>`}
    <p><a href="${subscription}">${words.test.back}</a></p>
  </section>`;
  return deskPage({ title, address, content, reader, place: '/operator' });
}
