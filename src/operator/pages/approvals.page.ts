import { mayOperator } from '../../domain/operator.ts';
import type { Approval } from '../approvals.ts';
import type { OpenCorrection } from '../corrections.ts';
import type { WaitingReissue } from '../reissue-desk.ts';
import { openCorrections } from './corrections.page.ts';
import { deskPage, doneNote, reasonField, type DeskReader } from './desk.ts';
import { wideTable } from '../../pages/wide-table.ts';
import { dateTime } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Done } from '../words/keys.ts';
import type { DeskWords } from '../words/words.ts';
import type { Page } from '../../pages/page.ts';
import { waitingReissue } from './reissues.page.ts';
import { facts } from '../../pages/site.ts';

/** The open approvals and reissues, and the last twenty closed approvals. */
export function approvalsPage(
  reader: DeskReader,
  shown: {
    open: readonly Approval[];
    closed: readonly Approval[];
    reissues: readonly WaitingReissue[];
    corrections: readonly OpenCorrection[];
    done: Done | undefined;
  },
): Page {
  const messages = reader.texts.desk;
  const { approvals: words } = messages;
  const content = html`${doneNote(reader, shown.done)}
    <h1 data-follows-waiting>${words.title}</h1>
    <section class="desk-section" aria-labelledby="open">
      <h2 id="open">${words.open}</h2>
      ${shown.open.length + shown.reissues.length === 0 && html`<p class="card nothing">${words.none}</p>`}
      <ul class="desk-results">
        ${shown.open.map((approval) => openApproval(messages, reader, approval))}
        ${shown.reissues.map((reissue) => waitingReissue(messages, reader, reissue))}
      </ul>
    </section>
    ${openCorrections(reader, shown.corrections)}
    <section class="card">
      <h2 id="closed">${words.closed}</h2>
      ${closedTable(messages, reader, shown.closed)}
    </section>`;
  const address = '/operator/approvals';
  return deskPage({ title: words.title, address, content, reader, place: address });
}

function openApproval(messages: DeskWords, reader: DeskReader, approval: Approval): Html {
  const { locale } = reader;
  const { approvals: words, columns } = messages;
  const { id, kind, state, subscriptionId, phoneNumber, identified, askedBy, askedAt, reason, expiresAt } = approval;
  return html`<li class="card" id="approval-${id}">
    <p class="desk-title">
      <strong>${words.kinds[kind]}</strong> <span class="tag ${state}">${words.states[state]}</span>
    </p>
    ${facts([
      [columns.number, phoneNumber ?? messages.unknownNumber],
      [words.standing, whatStands(messages, reader, approval)],
      ...(identified ? [[words.customer, words.identified] as const] : []),
      [columns.by, askedBy],
      [columns.reason, reason],
      [columns.when, dateTime(askedAt, locale)],
      [words.until, dateTime(expiresAt, locale)],
      ...(approval.decidedBy !== null
        ? [[columns.decided, html`${approval.decidedBy}: ${approval.decisionReason}`] as const]
        : []),
    ])}
    ${subscriptionId !== null && html`<p><a href="/operator/subscriptions/${subscriptionId}">${words.look}</a></p>`}
    ${whatCanBeDone(messages, reader, approval)}
  </li>`;
}

/** The suspensions and the hold of the line, which the decider has to know. */
function whatStands(messages: DeskWords, { locale }: DeskReader, { suspensions, hold }: Approval): Html {
  const { approvals: words, why } = messages;
  const parts = suspensions.map((one) => html`${why[one]}`);
  if (hold) parts.push(hold.until ? html`${words.heldUntil} ${dateTime(hold.until, locale)}` : html`${words.held}`);
  if (parts.length === 0) return html`${words.nothingStands}`;
  return html`${parts.map((part, at) => html`${at > 0 && ', '}${part}`)}`;
}

function whatCanBeDone(messages: DeskWords, { operator, formToken }: DeskReader, approval: Approval): Html | false {
  const { approvals: words } = messages;
  const address = `/operator/approvals/${approval.id}`;
  const isOwn = approval.askedBy === operator.login;
  if (approval.state === 'approved') {
    if (!isOwn) return false;
    return html`<form method="post" action="${address}/take">
      ${formToken}
      <p class="hint">${words.takeText}</p>
      <button class="primary">${words.take}</button>
    </form>`;
  }
  if (isOwn) {
    return html`<p class="hint">${words.own}</p>
      <details>
        <summary>${words.withdraw}</summary>
        <form method="post" action="${address}/withdraw">
          ${formToken} ${reasonField(messages, `withdraw-${approval.id}`)}
          <button class="secondary">${words.withdraw}</button>
        </form>
      </details>`;
  }
  if (!mayOperator(operator.role, 'decide')) return html`<p class="hint">${words.forSupervisors}</p>`;
  return html`<form method="post" action="${address}/approve">
    ${formToken} ${reasonField(messages, `decide-${approval.id}`, { label: words.decisionReason })}
    <div class="row">
      <button class="primary">${words.approve}</button>
      <button class="secondary" formaction="${address}/refuse">${words.refuse}</button>
    </div>
  </form>`;
}

function closedTable(messages: DeskWords, { locale }: DeskReader, closed: readonly Approval[]): Html {
  const { approvals: words, columns } = messages;
  if (closed.length === 0) return html`<p class="hint">${words.none}</p>`;
  const head = [columns.when, columns.what, columns.number, columns.by, columns.reason, columns.state, columns.decided];
  const rows = closed.map(
    ({ kind, state, subscriptionId, phoneNumber, askedBy, askedAt, reason, decidedBy, decisionReason }) =>
      html`<tr>
        <td>${dateTime(askedAt, locale)}</td>
        <td>${words.kinds[kind]}</td>
        <td>
          ${
            subscriptionId === null
              ? (phoneNumber ?? messages.unknownNumber)
              : html`<a href="/operator/subscriptions/${subscriptionId}">${phoneNumber ?? messages.unknownNumber}</a>`
          }
        </td>
        <td>${askedBy}</td>
        <td class="free">${reason}</td>
        <td>${words.states[state]}</td>
        <td class="free">${decidedBy === null ? '–' : html`${decidedBy}: ${decisionReason}`}</td>
      </tr>`,
  );
  return wideTable('closed', head, rows);
}
