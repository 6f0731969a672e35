import { systemOf } from '../../domain/push-service.ts';
import { mayOperator } from '../../domain/operator.ts';
import { calendarMonth, dateSecond, dateTime, won } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import { facts } from '../../pages/site.ts';
import { wideTable } from '../../pages/wide-table.ts';
import type { GivenPushAnswer } from '../../delivery/push-answers.ts';
import type { Finding } from '../../domain/first-look.ts';
import type { SubscriptionLook } from '../operator-desk.ts';
import { reasonField, type DeskReader } from './desk.ts';

/** Findings that are no fault. */
const FINE: ReadonlySet<Finding> = new Set(['nothing', 'sms_permitted']);

/** What is wrong, in a sentence, and what to tell the caller. */
export function firstLookCard(reader: DeskReader, { phone }: SubscriptionLook): Html {
  const { firstLook: words } = reader.texts.phone;
  const { what, say } = words.findings[phone.finding];
  const days = phone.silentDays ?? 0;
  const names = phone.permissions.map(({ relyingParty }) => relyingParty).join(', ');
  return html`<section
    class="card first-look ${FINE.has(phone.finding) ? 'fine' : 'faulty'}"
    aria-labelledby="first-look"
  >
    <h2 id="first-look">${words.title}</h2>
    <p class="finding">${what({ days, names, held: phone.held })}</p>
    <p><strong>${words.say}</strong> ${say}</p>
  </section>`;
}

/** The phone and the pushes to it, and the form that sends a test. */
export function phoneCard(reader: DeskReader, look: SubscriptionLook): Html {
  const { locale, operator } = reader;
  const { phone: words } = reader.texts;
  const { reach, pushes, silentDays } = look.phone;
  const { device, state, subscriptionId } = look.subscription;
  const isReachable = state !== 'cancelled' && reach?.state === 'active' && reach.hasPushToken;
  return html`<section class="card" aria-labelledby="phone">
    <h2 id="phone">${words.title}</h2>
    ${
      reach && device
        ? facts([
            [
              words.lastContact,
              html`${dateTime(reach.lastContactAt, locale)}
              ${silentDays !== null && silentDays > 0 && html`<span class="hint">${words.daysAgo(silentDays)}</span>`}`,
            ],
            [
              words.app,
              `${device.appVersion} · ${systemOf(device.platform)?.name ?? device.platform} ${device.osVersion}`,
            ],
            [words.pushService, words.pushServices[reach.pushService] ?? reach.pushService],
            [words.token, tokenOf(reader, look)],
          ])
        : html`<p class="hint">${words.noPhone}</p>`
    }
    <h3 id="pushes">${words.pushes}</h3>
    ${pushes.length === 0 ? html`<p class="hint">${words.noPushes}</p>` : pushTable(reader, pushes)}
    ${isReachable && mayOperator(operator.role, 'test_push') && testPushForm(reader, subscriptionId)}
  </section>`;
}

function tokenOf({ texts, locale }: DeskReader, { phone: { reach } }: SubscriptionLook): Html {
  const { phone: words } = texts;
  if (!reach) return html`–`;
  if (reach.hasPushToken)
    return html`${words.tokenAlive} <span class="hint">${dateTime(reach.pushTokenAt, locale)}</span>`;
  if (!reach.pushTokenDiedAt) return html`<span class="bad">${words.tokenMissing}</span>`;
  return html`<span class="bad">${words.tokenDead}</span>
    <span class="hint">${dateTime(reach.pushTokenDiedAt, locale)}</span>`;
}

function pushTable({ texts, locale }: DeskReader, pushes: readonly GivenPushAnswer[]): Html {
  const { phone: words, desk } = texts;
  const head = [desk.columns.when, desk.columns.what, words.answer, words.took];
  const rows = pushes.map(
    (one) =>
      html`<tr>
        <td>${dateSecond(one.answeredAt, locale)}</td>
        <td>
          ${words.kinds[one.kind]}${one.attempt > 1 && html` <span class="hint">${words.attempt(one.attempt)}</span>`}
        </td>
        <td class="free">${pushAnswer(texts.phone, one)}</td>
        <td class="amount">${words.milliseconds(one.tookMs)}</td>
      </tr>`,
  );
  return wideTable('pushes', head, rows);
}

/** The answer of a push service in words, with its own code and the id that it gave. */
export function pushAnswer(words: DeskReader['texts']['phone'], { outcome, code, messageId }: GivenPushAnswer): Html {
  const detail = code ?? messageId;
  return html`<span ${outcome !== 'accepted' && html`class="bad"`}>${words.outcomes[outcome]}</span>
    ${detail !== null && html`<code class="hint">${detail}</code>`}`;
}

function testPushForm({ texts, formToken }: DeskReader, subscriptionId: string): Html {
  const { test: words } = texts.phone;
  return html`<details>
    <summary>${words.name}</summary>
    <form method="post" action="/operator/subscriptions/${subscriptionId}/test-push">
      <p class="hint">${words.text}</p>
      ${formToken} ${reasonField(texts.desk, 'reason-test-push')}
      <button class="secondary">${words.submit}</button>
    </form>
  </details>`;
}

/** What else the person has: authenticators, registrations, permissions of SMS, alerts and the fee of the month. */
export function othersCard(reader: DeskReader, look: SubscriptionLook): Html {
  const { locale } = reader;
  const { others: words } = reader.texts.phone;
  const { authenticators, registrations, alerts, fee } = look.phone;
  const none = html`<span class="hint">${words.none}</span>`;
  const list = (items: readonly Html[]) =>
    items.length === 0
      ? none
      : html`<ul class="plain">
          ${items.map((item) => html`<li>${item}</li>`)}
        </ul>`;
  const otps = authenticators.filter(({ issuer }) => issuer === null);
  const smart = authenticators.filter(({ issuer }) => issuer !== null);
  const lock = (locked: boolean) => locked && html` <span class="bad">${words.locked}</span>`;
  return html`<section class="card" aria-labelledby="others">
    <h2 id="others">${words.title}</h2>
    ${facts([
      [words.smsPermission, permissionsOf(reader, look) ?? none],
      [
        words.alerts,
        list(
          alerts.map(
            ({ kind, at, expiresAt }) =>
              html`${words.alertKinds[kind]}
                <span class="hint">${dateTime(at, locale)} · ${words.until} ${dateTime(expiresAt, locale)}</span>`,
          ),
        ),
      ],
      [
        words.otp,
        list(otps.map(({ locked, createdAt }) => html`${words.since} ${dateTime(createdAt, locale)}${lock(locked)}`)),
      ],
      [
        words.smartOtp,
        list(smart.map(({ issuer, serialNumber, locked }) => html`${issuer?.name} ${serialNumber}${lock(locked)}`)),
      ],
      [
        words.registrations,
        list(
          registrations.map(
            ({ relyingParty, state, requestedAt }) =>
              html`${relyingParty.name} <span class="tag">${words.registrationStates[state]}</span>
                <span class="hint">${dateTime(requestedAt, locale)}</span>`,
          ),
        ),
      ],
      ...(fee
        ? [
            [
              words.fee,
              html`${won(fee.amount, locale)}
                <span class="hint">${calendarMonth(fee.month, locale)} · ${words.days(fee.days)}</span>`,
            ] as const,
          ]
        : []),
    ])}
  </section>`;
}

function permissionsOf({ texts, locale, operator, formToken }: DeskReader, look: SubscriptionLook): Html | undefined {
  const { others: words } = texts.phone;
  const { permissions } = look.phone;
  if (permissions.length === 0) return undefined;
  const address = `/operator/subscriptions/${look.subscription.subscriptionId}/sms-permissions`;
  return html`${permissions.map(
    ({ id, relyingParty, endsAt }) =>
      html`<p><strong>${relyingParty}</strong> <span class="hint">${words.until} ${dateTime(endsAt, locale)}</span></p>
        ${
          mayOperator(operator.role, 'end_sms_permission') &&
          html`<details>
            <summary>${words.endSms}</summary>
            <form method="post" action="${address}/${id}/end">
              <p class="hint">${words.endSmsText}</p>
              ${formToken} ${reasonField(texts.desk, `end-sms-${id}`)}
              <button class="secondary">${words.endSms}</button>
            </form>
          </details>`
        }`,
  )}`;
}
