import { mayOperator, type OperatorPermission } from '../../domain/operator.ts';
import type { Hold } from '../../domain/line-memory.ts';
import type { Locale } from '../../domain/locale.ts';
import type { SubscriptionState } from '../../domain/subscription.ts';
import type { NewPhoneStanding } from '../../customers/new-phone.ts';
import type { Revealed, SubscriptionLook } from '../operator-desk.ts';
import type { CallerCheckView } from '../push-caller-checks.ts';
import { callerCheckForm } from './caller-check.page.ts';
import { actionWords, deskPage, doneNote, outcomeWords, callReasonField, type DeskReader } from './desk.ts';
import { wideTable } from '../../pages/wide-table.ts';
import { calendarDay, dateSecond, dateTime } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { DeskAction, Done } from '../words/keys.ts';
import type { DeskWords } from '../words/words.ts';
import type { Page } from '../../pages/page.ts';
import { correctionsCard } from './corrections.page.ts';
import { firstLookCard, othersCard, phoneCard } from './phone.cards.ts';
import { textsCard } from './texts.card.ts';
import { reissueCard } from './reissues.page.ts';
import { recipientLine } from './applications.page.ts';
import { revealForm, type RevealedFrom } from './reveal.form.ts';
import { facts, linkButton } from '../../pages/site.ts';

/** The permission that each action requires, and the condition under which it has an effect. */
const ACTIONS: readonly {
  action: DeskAction;
  permission: OperatorPermission;
  applies: (look: SubscriptionLook) => boolean;
}[] = [
  { action: 'reveal', permission: 'reveal', applies: stands },
  {
    action: 'report-loss',
    permission: 'report_loss',
    applies: (look) => stands(look) && !look.subscription.suspensions.includes('loss_reported'),
  },
  {
    action: 'ask-resume',
    permission: 'ask',
    // A SIM change is lifted by the person, and only then the loss by the call centre.
    applies: ({ subscription: { suspensions } }) =>
      suspensions.includes('loss_reported') && !suspensions.includes('sim_swapped'),
  },
  {
    action: 'unlock-pin',
    permission: 'unlock_pin',
    applies: (look) => isLocked(look) && !look.pinWasUnlocked,
  },
  { action: 'ask-unlock-pin', permission: 'ask', applies: (look) => isLocked(look) && look.pinWasUnlocked },
  { action: 'ask-enrolment-code', permission: 'ask', applies: stands },
  { action: 'ask-cancel', permission: 'ask', applies: stands },
];

/** True where unlocking helps. An exhausted PIN takes a new enrolment. */
function isLocked({ subscription: { device } }: SubscriptionLook): boolean {
  return device?.pinLocked === true && !device.pinExhausted;
}

function stands({ subscription }: SubscriptionLook): boolean {
  return subscription.state !== 'cancelled';
}

export function stateBadge(messages: DeskWords, state: SubscriptionState): Html {
  return html`<strong class="tag ${state}">${messages.states[state]}</strong>`;
}

/** One subscription: its state, the available actions, and its history. */
export function subscriptionPage(
  reader: DeskReader,
  look: SubscriptionLook,
  shown: {
    reason: string;
    waits: boolean;
    done: Done | undefined;
    caller: { check: CallerCheckView | undefined; deniedAt: Date | null };
  },
): Page {
  const { operator } = reader;
  const messages = reader.texts.desk;
  const { subscription: words } = messages;
  const address = `/operator/subscriptions/${look.subscription.subscriptionId}`;
  const actions = ACTIONS.filter(({ permission, applies }) => mayOperator(operator.role, permission) && applies(look));
  const content = html`${doneNote(reader, shown.done)}
    <h1>${words.title} ${look.phoneNumber}</h1>
    ${shown.waits && html`<p class="note-line"><a href="/operator/approvals">${words.asked}</a></p>`}
    ${firstLookCard(reader, look)}
    <div class="desk-columns">
      ${standingCard(messages, reader, look, shown.reason)}
      <section class="card" aria-labelledby="actions">
        <h2 id="actions">${words.actions}</h2>
        ${actions.length === 0 && html`<p class="hint">${words.noActions}</p>`}
        ${mayOperator(operator.role, 'check_caller') && callerCheckForm(reader, look, shown.caller)}
        ${actions.map(({ action }) => actionForm(reader, look.subscription.subscriptionId, action))}
      </section>
    </div>
    ${phoneCard(reader, look)} ${othersCard(reader, look)} ${reissueCard(reader, look)}
    ${correctionsCard(reader, look.subscription.subscriptionId, look.corrections, stands(look))}
    ${lifeCard(messages, reader, look)} ${historyCard(messages, reader, look)}
    ${disclosuresCard(messages, reader, look)} ${textsCard(reader, look.texts, messages.texts.title)}
    ${auditCard(messages, reader, look)}`;
  return deskPage({ title: words.title, address, content, reader, place: '/operator' });
}

function lockOf(words: DeskWords['subscription'], { pinExhausted }: { pinExhausted?: boolean }): string {
  return pinExhausted ? words.pinExhausted : words.pinLocked;
}

function standingCard(messages: DeskWords, { locale }: DeskReader, look: SubscriptionLook, reason: string): Html {
  const { subscription: words, why } = messages;
  const { state, suspensions, reason: because, since, subscribedAt, protectedSince, device } = look.subscription;
  const cause = state === 'cancelled' && because ? html` ${why[because]}` : '';
  return html`<section class="card" aria-labelledby="standing">
    <h2 id="standing">${words.state}</h2>
    ${facts([
      [words.state, html`${stateBadge(messages, state)}${cause}`],
      ...(suspensions.length > 0 ? [[words.suspensions, suspensions.map((one) => why[one]).join(', ')] as const] : []),
      ...(look.hold ? [[words.hold.name, holdOf(words, look.hold, locale)] as const] : []),
      ...(look.newPhone ? [[words.newPhone.name, newPhoneOf(words, look.newPhone, locale)] as const] : []),
      [words.number, look.phoneNumber ?? (state === 'cancelled' ? words.ended : words.noNumber)],
      [words.since, dateTime(since, locale)],
      [words.subscribedAt, dateTime(subscribedAt, locale)],
      [words.protectedSince, protectedSince ? dateTime(protectedSince, locale) : words.notYet],
      [
        words.device,
        device
          ? `${device.name} · ${device.platform} ${device.osVersion} · ${messages.deviceStates[device.state] ?? device.state}`
          : words.noDevice,
      ],
      ...(device
        ? ([
            [words.serialNumber, device.serialNumber],
            [words.pin, device.pinLocked ? html`<span class="bad">${lockOf(words, device)}</span>` : words.pinOpen],
          ] as const)
        : []),
      [words.lookReason, reason],
    ])}
  </section>`;
}

function holdOf(words: DeskWords['subscription'], { until }: Hold, locale: Locale): Html {
  return until ? html`${words.hold.until} ${dateTime(until, locale)}` : html`${words.hold.whileSuspended}`;
}

/** What a request for a new phone waits for, so that the call centre can tell the customer. */
function newPhoneOf(words: DeskWords['subscription'], standing: NewPhoneStanding, locale: Locale): Html {
  const { newPhone } = words;
  if (standing.state === 'suspended') return html`${newPhone.suspended}`;
  if (standing.state === 'objected') return html`${newPhone.objected} ${dateTime(standing.until, locale)}`;
  return standing.until ? html`${newPhone.until} ${dateTime(standing.until, locale)}` : html`${newPhone.forCarrier}`;
}

function actionForm(reader: DeskReader, subscriptionId: string, action: DeskAction): Html {
  const address = `/operator/subscriptions/${subscriptionId}`;
  if (action === 'reveal') return revealForm(reader, { subscriptionId, id: 'reason-reveal', from: 'subscription' });
  const { name, text, submit } = reader.texts.desk.actions[action];
  return html`<details>
    <summary>${name}</summary>
    <form method="post" action="${address}/${action}">
      <p class="hint">${text}</p>
      ${reader.formToken} ${callReasonField(reader, `reason-${action}`)}
      <button class="${action === 'ask-cancel' ? 'danger' : 'secondary'}">${submit}</button>
    </form>
  </details>`;
}

function lifeCard(messages: DeskWords, { locale }: DeskReader, { life }: SubscriptionLook): Html {
  const { subscription: words, changes, actors, states } = messages;
  const why: Readonly<Record<string, string>> = messages.why;
  return html`<section class="card" aria-labelledby="life">
    <h2 id="life">${words.life}</h2>
    <ol class="timeline">
      ${life.map(
        ({ at, change, reason, state, actor, actorId }) =>
          html`<li>
            <p>
              <strong>${changes[change] ?? change}</strong>
              ${reason !== null && html`<span>${why[reason] ?? reason}</span>`}
              <span class="hint">→ ${states[state]}</span>
            </p>
            <p class="hint">
              ${dateTime(at, locale)} · ${actors[actor] ?? actor}${actorId !== null && html` (${actorId})`}
            </p>
          </li>`,
      )}
    </ol>
  </section>`;
}

function historyCard(messages: DeskWords, { locale }: DeskReader, { subscription, history }: SubscriptionLook): Html {
  const { subscription: words, columns, channels, results } = messages;
  const head = [columns.when, columns.relyingParty, columns.purpose, columns.method, columns.result, columns.device];
  const rows = history.map(
    ({ id, requestedAt, relyingParty, purpose, channel, state, device }) =>
      html`<tr>
        <td>
          <a href="/operator/subscriptions/${subscription.subscriptionId}/history/${id}"
            >${dateTime(requestedAt, locale)}</a
          >
        </td>
        <td>${relyingParty.name}</td>
        <td>${purpose}</td>
        <td>${channels[channel]}</td>
        <td>${results[state]}</td>
        <td>${device ?? '–'}</td>
      </tr>`,
  );
  return html`<section class="card">
    <h2 id="history">${words.history}</h2>
    ${rows.length === 0 ? html`<p class="hint">${words.noHistory}</p>` : wideTable('history', head, rows)}
  </section>`;
}

/** What companies were told about the person by the network APIs, without a request to the person. */
function disclosuresCard(messages: DeskWords, { locale }: DeskReader, { disclosures }: SubscriptionLook): Html {
  const { columns, disclosures: words } = messages;
  const rows = disclosures.map(
    ({ at, relyingParty, api, purpose }) =>
      html`<tr>
        <td>${dateSecond(at, locale)}</td>
        <td>${relyingParty}</td>
        <td><code>${api}</code></td>
        <td>${purpose === null ? '–' : html`<code>${purpose}</code>`}</td>
      </tr>`,
  );
  const head = [columns.when, columns.relyingParty, words.api, columns.purpose];
  return html`<section class="card">
    <h2 id="disclosures">${words.title}</h2>
    ${rows.length === 0 ? html`<p class="hint">${words.none}</p>` : wideTable('disclosures', head, rows)}
  </section>`;
}

function auditCard(messages: DeskWords, { locale }: DeskReader, { entries }: SubscriptionLook): Html {
  const { columns } = messages;
  const head = [columns.when, columns.by, columns.what, columns.reason, columns.outcome];
  const rows = entries.toReversed().map(
    ({ at, operator, action, reason, outcome }) =>
      html`<tr>
        <td>${dateSecond(at, locale)}</td>
        <td>${operator}</td>
        <td>${actionWords(messages, action)}</td>
        <td class="free">${reason}</td>
        <td>${outcomeWords(messages, outcome)}</td>
      </tr>`,
  );
  return html`<section class="card">
    <h2 id="audit">${messages.subscription.audit}</h2>
    ${wideTable('audit', head, rows)}
  </section>`;
}

/** Data that all other pages mask, shown once. */
export function revealedPage(
  reader: DeskReader,
  subscriptionId: string,
  revealed: Revealed,
  from: RevealedFrom = 'subscription',
): Page {
  const { locale } = reader;
  const { revealed: messages, subscription } = reader.texts.desk;
  const address = `/operator/subscriptions/${subscriptionId}`;
  const content = html`<section class="card narrow">
    <h1>${messages.title}</h1>
    <p class="lead">${messages.text}</p>
    ${facts([
      [messages.number, revealed.phoneNumber ?? subscription.noNumber],
      [messages.birthDate, calendarDay(revealed.birthDate, locale)],
      [messages.device, revealed.deviceName ?? subscription.noDevice],
      ...revealed.recipients.map(
        ({ recipient, filedAt }) =>
          [
            messages.recipient,
            html`${recipientLine(recipient)} <span class="hint">${dateTime(filedAt, locale)}</span>`,
          ] as const,
      ),
    ])}
    ${from === 'approvals' ? linkButton('/operator/approvals', messages.backToApprovals) : linkButton(address, messages.back)}
  </section>`;
  return deskPage({ title: messages.title, address, content, reader, place: '/operator' });
}
