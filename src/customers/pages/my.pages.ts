import type { Overview, Receipt } from '../my-service.ts';
import { formatPhoneNumber } from '../../domain/phone-number.ts';
import { areSimAndLossStanding, type SuspensionReason } from '../../domain/subscription.ts';
import { systemOf } from '../../domain/push-service.ts';
import type { HistoryEntry } from '../../history/history.ts';
import { dateTime, calendarMonth, seoulTime, won } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Reader } from '../../pages/words.ts';
import { CUSTOMER_WORDS, type CustomerWords } from '../words/words.ts';
import { SITE_WORDS } from '../../pages/words/words.ts';
import type { Page } from '../../pages/page.ts';
import { personFields, type TypedPerson } from '../../pages/person-fields.ts';
import { endedCard, facts, knownNumber, linkButton, sitePage } from '../../pages/site.ts';

/** The customer's service in plain words: its state, fee, phone and history. */
export function myPage(input: {
  reader: Reader;
  token: Html;
  phoneNumber: string;
  overview: Overview | undefined;
  /**
   * The action that led here: `joined` when the customer tried to join but is already a subscriber, `revoked` for a
   * revoked registration.
   */
  note?: unknown;
}): Page {
  const { reader, token, phoneNumber, overview, note } = input;
  const { my, join } = reader.words(CUSTOMER_WORDS);
  const said = (note === 'joined' && join.already) || (note === 'revoked' && my.registrations.revoked);
  const content = html`<div class="title-row">
      <h1>${my.title}</h1>
      <form method="post" action="/logout">${token}<button class="small">${my.logout}</button></form>
    </div>
    ${overview && said && html`<p class="note" role="status">${said}</p>`}
    ${overview ? service(reader, token, phoneNumber, overview) : nothing(reader, phoneNumber)}`;
  return sitePage({ reader, title: my.title, address: '/my', place: '/my', content });
}

function nothing(reader: Reader, phoneNumber: string): Html {
  const { my, data } = reader.words(CUSTOMER_WORDS);
  return html`<section class="card">
    <h2>${my.none.title}</h2>
    <p>${my.none.text}</p>
    ${facts([[my.phoneNumber, formatPhoneNumber(phoneNumber)]])} ${linkButton('/join', my.join)}
    <p><a href="/my/data">${data.title}</a></p>
  </section>`;
}

/**
 * What each suspension means, and what ends it. Where a SIM change and a report of loss both stand, the phone alone lifts
 * neither, and it lifts no report by log-in or at the call centre.
 */
function suspensionTexts(
  suspensions: readonly SuspensionReason[],
  mayLiftLoss: boolean,
  my: Pick<CustomerWords['my'], 'suspensions' | 'lossForDesk' | 'simAndLoss'>,
): string[] {
  const texts = mayLiftLoss ? my.suspensions : { ...my.suspensions, loss_reported: my.lossForDesk };
  const both = areSimAndLossStanding(suspensions);
  const apart = both ? suspensions.filter((reason) => reason === 'line_suspended') : suspensions;
  return [...apart.map((reason) => texts[reason]), ...(both ? [my.simAndLoss] : [])];
}

function service(reader: Reader, token: Html, phoneNumber: string, overview: Overview): Html {
  const { subscription, fee, history, registrations, otp, newPhone, mayLiftLoss, reissue } = overview;
  const { my, data } = reader.words(CUSTOMER_WORDS);
  const { places } = reader.words(SITE_WORDS);
  const { state, suspensions, protectedSince } = subscription;
  const { title, text } = my.states[state];
  return html`<section class="card state-${state}">
      <h2 class="state-title">${title}</h2>
      <p>${text}</p>
      ${suspensionTexts(suspensions, mayLiftLoss, my).map((sentence) => html`<p class="alert">${sentence}</p>`)}
      ${facts([
        [my.phoneNumber, formatPhoneNumber(phoneNumber)],
        ...(protectedSince ? [[my.since, dateTime(protectedSince, reader.locale)] as const] : []),
        [my.fee, my.feeSoFar(won(fee.amount, reader.locale), fee.days)],
      ])}
      ${
        state === 'awaiting_device' &&
        suspensions.length === 0 &&
        html`<form method="post" action="/enrol">${token}<button class="primary">${my.enrol}</button></form>`
      }
    </section>
    ${newPhone && newPhone.state !== 'suspended' && newPhoneCard(reader, newPhone)}
    ${reissue && reissueCard(reader, reissue)}
    ${state !== 'awaiting_device' && device(reader, subscription.device, otp)}
    ${state !== 'awaiting_device' && registrationsCard(reader, token, registrations)} ${historyCard(reader, history)}
    <section class="card">
      <h2>${my.actions}</h2>
      <div class="actions">
        ${linkButton('/my/data', data.title, 'secondary')}
        ${linkButton('/my/statements', data.statements.title, 'secondary')}
        ${linkButton('/new-phone', places['/new-phone'], 'secondary')}
        ${linkButton('/reissue', places['/reissue'], 'secondary')}
        ${linkButton('/lost-phone', places['/lost-phone'], 'secondary')}
        ${linkButton('/cancel', places['/cancel'], 'secondary')}
      </div>
    </section>`;
}

/** The request for a new phone: what it waits for, until when, and the other ways. */
function newPhoneCard(
  reader: Reader,
  standing: Exclude<NonNullable<Overview['newPhone']>, { state: 'suspended' }>,
): Html {
  const { waiting, objected } = reader.words(CUSTOMER_WORDS).my.newPhone;
  const at = (instant: Date) => seoulTime(instant, reader.locale);
  if (standing.state === 'objected') {
    return html`<section class="card">
      <h2>${objected.title}</h2>
      <p class="alert">${objected.text(at(standing.until))}</p>
    </section>`;
  }
  const { since, until } = standing;
  return html`<section class="card">
    <h2>${waiting.title}</h2>
    <p>${until ? waiting.until(at(until)) : waiting.forCarrier}</p>
    <ul class="rules">
      ${waiting.points.map((point) => html`<li>${point}</li>`)}
    </ul>
    ${facts([[waiting.since, dateTime(since, reader.locale)]])}
  </section>`;
}

/** The open application for a reissue, and where it stands. */
function reissueCard(reader: Reader, { standing, delivery, filedAt }: NonNullable<Overview['reissue']>): Html {
  const { standing: words, form } = reader.words(CUSTOMER_WORDS).reissue;
  const { title, text } = words.states[standing];
  return html`<section class="card" aria-labelledby="reissue">
    <h2 id="reissue">${words.title}</h2>
    <p><strong>${title}</strong></p>
    <p>${text}</p>
    ${facts([
      [words.filedAt, dateTime(filedAt, reader.locale)],
      [form.delivery, form.deliveries[delivery]],
    ])}
  </section>`;
}

function device(reader: Reader, one: Overview['subscription']['device'], otp: Overview['otp']): Html {
  const { my } = reader.words(CUSTOMER_WORDS);
  if (!one) {
    return html`<section class="card">
      <h2>${my.device}</h2>
      <p class="alert">${my.noDevice}</p>
      ${linkButton('/new-phone', reader.words(SITE_WORDS).places['/new-phone'])}
    </section>`;
  }
  const { deviceNames } = my;
  return html`<section class="card">
    <h2>${my.device}</h2>
    ${one.pinLocked && html`<p class="alert">${one.pinExhausted ? my.pinExhausted : my.pinLocked}</p>`}
    ${one.state === 'testing' && html`<p class="note">${my.testing}</p>`}
    ${facts([
      [deviceNames.name, one.name],
      [deviceNames.system, `${systemOf(one.platform)?.name ?? one.platform} ${one.osVersion}`],
      [deviceNames.serialNumber, one.serialNumber],
      [deviceNames.enrolledAt, dateTime(one.enrolledAt, reader.locale)],
      ['OTP', my.otp[otp ? (otp.locked ? 'locked' : 'inUse') : 'none']],
    ])}
    ${otp?.locked && html`<p class="alert">${my.otpLocked}</p>`}
  </section>`;
}

/** The institutions that may request codes from the customer's phones, each with a button to revoke it. */
function registrationsCard(reader: Reader, token: Html, registrations: Overview['registrations']): Html {
  const { title, text, none, serialNumber, confirmedAt, revoke } = reader.words(CUSTOMER_WORDS).my.registrations;
  return html`<section class="card">
    <h2 id="registrations">${title}</h2>
    ${registrations.length === 0 ? html`<p>${none}</p>` : html`<p class="hint">${text}</p>`}
    ${
      registrations.length > 0 &&
      html`<ul class="registrations" aria-labelledby="registrations">
        ${registrations.map(
          ({ id, relyingParty, device: on, confirmedAt: since }) =>
            html`<li>
              <strong id="registration-${id}">${relyingParty.name}</strong>
              ${facts([
                [serialNumber, `${on.name} · ${on.serialNumber}`],
                ...(since === null ? [] : [[confirmedAt, dateTime(since, reader.locale)] as const]),
              ])}
              <form method="post" action="/my/registrations/revoke">
                ${token}<input type="hidden" name="registration" value="${id}" />
                <button class="danger" id="revoke-${id}" aria-labelledby="revoke-${id} registration-${id}">
                  ${revoke}
                </button>
              </form>
            </li>`,
        )}
      </ul>`
    }
  </section>`;
}

function historyCard(reader: Reader, history: readonly HistoryEntry[]): Html {
  const { my } = reader.words(CUSTOMER_WORDS);
  const { when, who, purpose, method, result } = my.columns;
  return html`<section class="card">
    <h2 id="history">${my.history}</h2>
    ${history.length === 0 && html`<p>${my.noHistory}</p>`}
    ${
      history.length > 0 &&
      html`<p class="hint">${my.historyNote}</p>
        <table class="entries" aria-labelledby="history">
          <thead>
            <tr>
              ${[when, who, purpose, method, result].map((name) => html`<th scope="col">${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${history.map(
              (entry) =>
                html`<tr>
                  <td class="when">${dateTime(entry.requestedAt, reader.locale)}</td>
                  <td class="who">${entry.relyingParty.name}</td>
                  <td class="purpose">${entry.purpose}</td>
                  <td class="method">${my.channels[entry.channel]}</td>
                  <td class="result"><span class="state ${entry.state}">${my.results[entry.state]}</span></td>
                </tr>`,
            )}
          </tbody>
        </table>`
    }
  </section>`;
}

/** The consequences of cancelling, before the customer confirms. */
export function cancelPage(input: {
  reader: Reader;
  token: Html;
  /** The number of the logged-in customer. */
  known?: string;
  typed?: TypedPerson;
}): Page {
  const { reader, token, known, typed } = input;
  const { cancel, person, my } = reader.words(CUSTOMER_WORDS);
  const content = html`<section class="card narrow">
    <h1>${cancel.title}</h1>
    <p class="lead">${cancel.text}</p>
    <ul class="rules">
      ${cancel.points.map((point) => html`<li>${point}</li>`)}
    </ul>
    <form method="post" action="/cancel" novalidate>
      ${token} ${known === undefined ? personFields(person, typed) : knownNumber(my.phoneNumber, known)}
      <button class="danger">${cancel.submit}</button>
    </form>
    ${linkButton(known === undefined ? '/' : '/my', cancel.keep, 'secondary')}
    <p class="hint">${cancel.noApp}</p>
  </section>`;
  const status = (typed?.faults.length ?? 0) > 0 ? { status: 422 } : {};
  return sitePage({ reader, title: cancel.title, address: '/cancel', place: '/cancel', content, ...status });
}

export function receiptPage(reader: Reader, phoneNumber: string, { cancelledAt, fee }: Receipt): Page {
  const { cancel, my } = reader.words(CUSTOMER_WORDS);
  const { title, text } = cancel.done;
  const more = html`${facts([
      [my.phoneNumber, formatPhoneNumber(phoneNumber)],
      [cancel.cancelledAt, dateTime(cancelledAt, reader.locale)],
      [
        cancel.lastFee,
        html`${won(fee.amount, reader.locale)}
          <span class="hint">${calendarMonth(fee.month, reader.locale)}, ${cancel.days(fee.days)}</span>`,
      ],
    ])}
    <p class="hint">${cancel.feeNote}</p>
    <p>${linkButton('/join', cancel.again, 'secondary')}</p>`;
  const content = endedCard({ kind: 'verified', title, text, more });
  return sitePage({ reader, title, address: '/cancelled', place: '/cancel', content });
}
