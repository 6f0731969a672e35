import { mayOperator } from '../../domain/operator.ts';
import {
  IDENTITY_PROOFS,
  REISSUE_CAUSES,
  REISSUE_DELIVERIES,
  REISSUE_TRANSITIONS,
  type ReissueDelivery,
  type ReissueState,
} from '../../domain/reissue.ts';
import type { IssuedReissue, WaitingReissue } from '../reissue-desk.ts';
import type { SubscriptionLook } from '../operator-desk.ts';
import { deskPage, reasonField, type DeskReader } from './desk.ts';
import { wideTable } from '../../pages/wide-table.ts';
import { dateTime } from '../../pages/format.ts';
import { choices } from '../../pages/choices.ts';
import { html, type Html } from '../../pages/html.ts';
import type { DeskWords } from '../words/words.ts';
import type { ReissueUnderWay } from '../words/keys.ts';
import type { Page } from '../../pages/page.ts';
import { qrCode } from '../../pages/qr-code.ts';
import type { ApplicationField, TypedApplication } from './read-application.ts';
import { applicationList, recipientLine } from './applications.page.ts';
import { revealForm } from './reveal.form.ts';
import type { ReissueOrigin } from '../../customers/reissue-applications.ts';
import { facts, linkButton } from '../../pages/site.ts';

type Reissue = SubscriptionLook['reissues'][number];

function isUnderWay(state: ReissueState): state is ReissueUnderWay {
  return REISSUE_TRANSITIONS[state].length > 0;
}

function addressOf(subscriptionId: string): string {
  return `/operator/subscriptions/${subscriptionId}`;
}

/** The reissues of a subscription: the one in progress or the link to a new one, and the earlier ones. */
export function reissueCard(reader: DeskReader, look: SubscriptionLook): Html {
  const { subscription, reissues, origins, applications } = look;
  const words = reader.texts.reissues;
  const open = reissues.find(({ state }) => isUnderWay(state));
  const past = reissues.filter((one) => one !== open);
  const hasPhone = subscription.state === 'active' || subscription.state === 'suspended';
  const mayApply = open === undefined && hasPhone && mayOperator(reader.operator.role, 'apply_reissue');
  return html`<section class="card" aria-labelledby="reissues">
    <h2 id="reissues">${words.title}</h2>
    ${applicationList(reader, subscription.subscriptionId, applications, mayApply)}
    ${reissues.length === 0 && html`<p class="hint">${words.none}</p>`}
    ${open && openReissue(reader, open, origins.get(open.id) ?? null)}
    ${
      mayApply &&
      html`<details>
        <summary>${words.apply.name}</summary>
        ${applicationForm(reader, subscription.subscriptionId)}
      </details>`
    }
    ${past.length > 0 && pastReissues(reader, past)}
  </section>`;
}

function openReissue(reader: DeskReader, reissue: Reissue, origin: ReissueOrigin | null): Html | false {
  const { locale } = reader;
  const { state, expiresAt } = reissue;
  if (!isUnderWay(state)) return false;
  const words = reader.texts.reissues;
  const { columns } = words;
  const step = (name: string, by: string | null, at: Date | null) =>
    at === null ? [] : [[name, html`${by !== null && html`${by} · `}${dateTime(at, locale)}`] as const];
  return html`<p><strong class="tag ${state}">${words.states[state]}</strong> ${words.underWay[state]}</p>
    ${facts([
      ...whatIsAppliedFor(reader, reissue),
      ...whereFrom(reader, origin),
      ...step(columns.applied, reissue.appliedBy, reissue.appliedAt),
      ...step(columns.approved, reissue.decidedBy, reissue.decidedAt),
      ...step(columns.issued, reissue.issuedBy, reissue.issuedAt),
      ...step(columns.registered, null, reissue.registeredAt),
      [columns.until, dateTime(expiresAt, locale)],
      [columns.number, reissue.id],
    ])}
    ${mayOperator(reader.operator.role, 'apply_reissue') && html`${nextStep(reader, reissue)}${withdrawForm(reader, reissue)}`}`;
}

function whatIsAppliedFor({ texts }: DeskReader, reissue: Reissue): (readonly [string, string])[] {
  const { columns, causes, proofs, deliveries } = texts.reissues;
  return [
    [columns.cause, causes[reissue.cause]],
    [columns.serialNumber, reissue.oldSerialNumber],
    [columns.proof, proofs[reissue.identityProof]],
    [columns.delivery, deliveries[reissue.delivery]],
  ];
}

/** How the customer applied and where a letter goes, which the one who decides has to know. */
function whereFrom({ texts, locale }: DeskReader, origin: ReissueOrigin | null): (readonly [string, Html | string])[] {
  const { ownApplication: words } = texts.reissues;
  if (origin === null) return [[words.from, words.atDesk]];
  const { authenticationId, filedAt, recipient } = origin;
  const from =
    authenticationId === null ? html`<strong class="bad">${words.noLogin}</strong>` : words.byApp(authenticationId);
  return [
    [words.from, html`${from} · ${dateTime(filedAt, locale)}`],
    ...(recipient ? [[words.recipient, recipientLine(recipient)] as const] : []),
  ];
}

function nextStep(reader: DeskReader, { id, state, delivery, appliedBy }: Reissue): Html {
  const { operator, formToken } = reader;
  const words = reader.texts.reissues;
  const messages = reader.texts.desk;
  if (state === 'applied') {
    if (appliedBy === operator.login) return html`<p class="hint">${words.own}</p>`;
    if (!mayOperator(operator.role, 'decide')) return html`<p class="hint">${messages.approvals.forSupervisors}</p>`;
    return html`<p><a href="/operator/approvals#reissue-${id}">${words.toDecide}</a></p>`;
  }
  if (appliedBy !== operator.login) return html`<p class="hint">${words.issue.theirs}</p>`;
  const isFirst = state === 'approved';
  return html`<details ${isFirst && html`open`}>
    <summary>${isFirst ? words.issue.name : words.again.name}</summary>
    <form method="post" action="/operator/reissues/${id}/issue">
      <p class="hint">${!isFirst && words.again.text} ${words.issue.text[delivery]}</p>
      ${formToken} ${reasonField(messages, `issue-${id}`)}
      <button class="${isFirst ? 'primary' : 'secondary'}">${words.issue.submit[delivery]}</button>
    </form>
  </details>`;
}

function withdrawForm({ texts, formToken }: DeskReader, { id }: Pick<Reissue, 'id'>): Html {
  const { withdraw } = texts.reissues;
  return html`<details>
    <summary>${withdraw.name}</summary>
    <form method="post" action="/operator/reissues/${id}/withdraw">
      <p class="hint">${withdraw.text}</p>
      ${formToken} ${reasonField(texts.desk, `withdraw-${id}`)}
      <button class="danger">${withdraw.submit}</button>
    </form>
  </details>`;
}

function pastReissues({ locale, texts }: DeskReader, past: readonly Reissue[]): Html {
  const { columns: shared } = texts.desk;
  const { past: title, columns, causes, deliveries, states, customer } = texts.reissues;
  const head = [columns.applied, shared.by, columns.cause, columns.delivery, shared.state, columns.closed, shared.by];
  const rows = past.map(
    ({ appliedAt, appliedBy, cause, delivery, state, closedAt, closedBy }) =>
      html`<tr>
        <td>${dateTime(appliedAt, locale)}</td>
        <td>${appliedBy}</td>
        <td>${causes[cause]}</td>
        <td>${deliveries[delivery]}</td>
        <td>${states[state]}</td>
        <td>${closedAt ? dateTime(closedAt, locale) : '–'}</td>
        <td>${state === 'completed' ? customer : (closedBy ?? '–')}</td>
      </tr>`,
  );
  return html`<h3 id="past-reissues">${title}</h3>
    ${wideTable('past-reissues', head, rows)}`;
}

/** The application form as a page of its own, with a message at each invalid field. */
export function applicationPage(reader: DeskReader, subscriptionId: string, typed: TypedApplication): Page {
  const { apply, code } = reader.texts.reissues;
  const address = addressOf(subscriptionId);
  const content = html`<section class="card narrow">
    <h1>${apply.name}</h1>
    ${applicationForm(reader, subscriptionId, typed)} ${linkButton(address, code.back, 'secondary')}
  </section>`;
  return deskPage({ title: apply.name, address, content, reader, place: '/operator', status: 422 });
}

function applicationForm(
  reader: DeskReader,
  subscriptionId: string,
  typed: TypedApplication = { values: {}, faults: [] },
): Html {
  const { formToken } = reader;
  const { apply, causes, proofs, deliveries, columns, faults } = reader.texts.reissues;
  const messages = reader.texts.desk;
  const { oldSerialNumber = '', reason = '' } = typed.values;
  const serialFault = typed.faults.find((one) => one === 'oldSerialNumber' || one === 'mismatch');
  return html`<form method="post" action="${addressOf(subscriptionId)}/apply-reissue">
    <p class="hint">${apply.text}</p>
    ${formToken} ${chosen(reader, typed, 'cause', columns.cause, REISSUE_CAUSES, causes)}
    <div class="field">
      <label for="oldSerialNumber">${columns.serialNumber}</label>
      <textarea
        rows="1"
        spellcheck="false"
        id="oldSerialNumber"
        name="oldSerialNumber"
        autocomplete="off"
        autocapitalize="characters"
        required
        ${serialFault && html`aria-invalid="true"`}
        ${serialFault !== undefined && serialFault === typed.faults[0] && html`autofocus`}
        aria-describedby="oldSerialNumber-hint oldSerialNumber-fault"
      >
${oldSerialNumber}</textarea>
      <p class="hint" id="oldSerialNumber-hint">${apply.serialHint}</p>
      <p class="fault" id="oldSerialNumber-fault">${serialFault && faults[serialFault]}</p>
    </div>
    ${chosen(reader, typed, 'identityProof', columns.proof, IDENTITY_PROOFS, proofs)}
    ${chosen(reader, typed, 'delivery', columns.delivery, REISSUE_DELIVERIES, deliveries, apply.deliveryHint)}
    ${reasonField(messages, 'apply-reissue-reason', {
      value: reason,
      fault: typed.faults.includes('reason') ? faults.reason : '',
    })}
    <p class="hint">${messages.reasonHint}</p>
    <button class="primary">${apply.submit}</button>
  </form>`;
}

function chosen<Option extends string>(
  reader: DeskReader,
  { values, faults }: TypedApplication,
  name: Exclude<ApplicationField, 'oldSerialNumber' | 'reason'>,
  legend: string,
  options: readonly Option[],
  texts: Readonly<Record<Option, string>>,
  hint?: string,
): Html {
  return choices({
    name,
    legend,
    options: options.map((one) => [one, texts[one]]),
    chosen: values[name],
    fault: faults.includes(name) && reader.texts.reissues.faults[name],
    takesFocus: faults[0] === name,
    hint,
  });
}

/** A reissue that waits for a decision, in the list of approvals. */
export function waitingReissue(messages: DeskWords, reader: DeskReader, reissue: WaitingReissue): Html {
  const { locale } = reader;
  const words = reader.texts.reissues;
  const { columns, approvals } = messages;
  const { id, subscriptionId, phoneNumber, appliedBy, appliedAt, reason, expiresAt, origin } = reissue;
  return html`<li class="card" id="reissue-${id}">
    <p class="desk-title"><strong>${words.title}</strong> <span class="tag applied">${words.states.applied}</span></p>
    ${facts([
      [columns.number, phoneNumber ?? messages.unknownNumber],
      ...whatIsAppliedFor(reader, reissue),
      ...whereFrom(reader, origin),
      [columns.by, appliedBy],
      [columns.reason, reason ?? '–'],
      [columns.when, dateTime(appliedAt, locale)],
      [approvals.until, dateTime(expiresAt, locale)],
    ])}
    <p><a href="${addressOf(subscriptionId)}">${approvals.look}</a></p>
    ${origin?.recipient != null && revealForm(reader, { subscriptionId, id: `reveal-${id}`, from: 'approvals' })}
    ${decision(messages, reader, reissue)}
  </li>`;
}

function decision(messages: DeskWords, reader: DeskReader, reissue: WaitingReissue): Html {
  const { operator, formToken } = reader;
  const words = reader.texts.reissues;
  const { approvals } = messages;
  if (reissue.appliedBy === operator.login) {
    return html`<p class="hint">${words.own}</p>
      ${withdrawForm(reader, reissue)}`;
  }
  if (!mayOperator(operator.role, 'decide')) return html`<p class="hint">${approvals.forSupervisors}</p>`;
  const address = `/operator/reissues/${reissue.id}`;
  return html`<form method="post" action="${address}/approve">
    <p class="hint">${words.decideText}</p>
    ${formToken} ${reasonField(messages, `decide-${reissue.id}`, { label: approvals.decisionReason })}
    <div class="row">
      <button class="primary">${approvals.approve}</button>
      <button class="secondary" formaction="${address}/refuse">${approvals.refuse}</button>
    </div>
  </form>`;
}

/** A code to be handed over at a counter or told on the phone, large enough to be scanned and read aloud. */
export function reissueCodePage(
  reader: DeskReader,
  subscriptionId: string,
  { enrolmentCode, enrolmentUri, expiresAt }: IssuedReissue,
  delivery: Exclude<ReissueDelivery, 'post'>,
): Page {
  const { locale } = reader;
  const { code } = reader.texts.reissues;
  const address = addressOf(subscriptionId);
  const content = html`<section class="card narrow">
    <h1>${code.title}</h1>
    <p class="lead">${code.text[delivery]}</p>
    <p class="enrolment-code">${enrolmentCode}</p>
    <figure class="qr">${qrCode(enrolmentUri, code.qr)}</figure>
    ${facts([[code.until, dateTime(expiresAt, locale)]])}
    <p><strong>${code.once}</strong></p>
    <p class="hint">${code.reload}</p>
    ${linkButton(address, code.back)}
  </section>`;
  return deskPage({ title: code.title, address, content, reader, place: '/operator' });
}
