import { mayMember } from '../../domain/console.ts';
import type { LoggedAuthentication } from '../../domain/logged-authentication.ts';
import { formatPhoneNumber } from '../../domain/phone-number.ts';
import { TEST_PERSONS } from '../../domain/test-person.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { linkButton } from '../../pages/site.ts';
import type { TestPhone } from '../../test-mode/test-authentications.ts';
import { dateSecond } from '../../pages/format.ts';
import { wideTable } from '../../pages/wide-table.ts';
import { clientPage, pathIn, type ClientReader } from './frame.ts';

/** A test authentication that is under way, with what its person's phone shows. */
export interface RunningTest {
  authentication: LoggedAuthentication;
  phone: TestPhone;
}

/** The test numbers, and the tests under way with their codes. */
export function testsPage(reader: ClientReader, running: readonly RunningTest[]): Page {
  const { tests: words, log } = reader.texts;
  const rows = running.map(
    ({ authentication: { id, startedAt, channel, state, maskedPhoneNumber }, phone: { code, opensAt } }) =>
      html`<tr>
        <td>${dateSecond(startedAt, reader.locale)}</td>
        <td>
          <a href="${pathIn(reader, `log/${id}`)}?mode=test"><code>${id.slice(-12)}</code></a>
        </td>
        <td>${maskedPhoneNumber ?? '–'}</td>
        <td>${log.channels[channel]}</td>
        <td><span class="tag ${state}">${log.states[state]}</span></td>
        <td>${codeOf(reader, code, opensAt)}</td>
      </tr>`,
  );
  const head = [words.started, words.id, words.number, words.channel, words.state, words.code];
  const content = html`<h1>${words.title}</h1>
    <p class="lead">${words.lead} <a href="/developers/test-mode">${words.guide}</a></p>
    <section class="card" aria-labelledby="running">
      <h2 id="running">${words.running}</h2>
      <p class="hint">${words.runningHint}</p>
      ${running.length === 0 ? html`<p class="nothing">${words.none}</p>` : wideTable('running', head, rows)}
      <div class="row">
        ${linkButton(pathIn(reader, 'tests'), words.again, 'secondary')}
        ${linkButton(`${pathIn(reader, 'log')}?mode=test`, words.log, 'secondary')}
      </div>
    </section>
    <section class="card" aria-labelledby="numbers">
      <h2 id="numbers">${words.numbers}</h2>
      <p class="hint">${words.numbersHint}</p>
      ${wideTable(
        'numbers',
        [words.number, words.does],
        Object.keys(TEST_PERSONS).map(
          (number) =>
            html`<tr>
              <td><code>${formatPhoneNumber(number)}</code></td>
              <td class="free">${words.persons[number]}</td>
            </tr>`,
        ),
      )}
    </section>
    <section class="card" aria-labelledby="test-keys">
      <h2 id="test-keys">${words.keys}</h2>
      <p>${mayMember(reader.member.role, 'test') ? words.keysHint : words.keysAsk}</p>
      ${linkButton(pathIn(reader, 'app'), words.toKeys, 'secondary')}
    </section>`;
  return clientPage({ reader, title: words.title, address: pathIn(reader, 'tests'), content, place: 'tests' });
}

function codeOf(reader: ClientReader, code: string | null, opensAt: string | null): Html {
  const { tests: words } = reader.texts;
  if (code !== null) return html`<strong class="console-code">${code}</strong>`;
  if (opensAt !== null && new Date(opensAt) > new Date())
    return html`${words.opensAt} ${dateSecond(opensAt, reader.locale)}`;
  return html`${words.noCode}`;
}
