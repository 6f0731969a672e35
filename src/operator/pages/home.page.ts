import { mayOperator } from '../../domain/operator.ts';
import type { SentText } from '../../delivery/text-messages.ts';
import type { Approval } from '../approvals.ts';
import type { CustomerReport } from '../customer-reports.ts';
import type { OverviewResponse } from '../overview.dto.ts';
import type { CallerDenial } from '../push-caller-checks.ts';
import { INELIGIBILITY_SENTENCES, type IneligibilityCode } from '../../domain/eligibility.ts';
import type { EligibilityResponse, SubscriptionResponse } from '../operator.dto.ts';
import type { AppliedPage, WaitingReissue } from '../reissue-desk.ts';
import { deskPage, doneNote, reasonField, type DeskReader } from './desk.ts';
import { applicationsCard } from './applications.page.ts';
import { textsCard } from './texts.card.ts';
import { stateBadge } from './subscription.page.ts';
import { dateTime, seoulTime } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Done } from '../words/keys.ts';
import type { DeskWords } from '../words/words.ts';
import type { Page } from '../../pages/page.ts';
import { facts, linkButton } from '../../pages/site.ts';

/** Typed search values that are not usable. */
export interface SearchFaults {
  number: string;
  reason: string;
  numberIsWrong: boolean;
  reasonIsWrong: boolean;
}

/** The open work of the call centre; only roles with the permission `worklist` see it. */
export interface Worklist {
  approvals: readonly Approval[];
  reissues: readonly WaitingReissue[];
  reports: readonly CustomerReport[];
  /** Customers' own applications for a reissue. */
  applications: AppliedPage;
  /** Answers of the last day that the customer did not call. */
  denials: readonly CallerDenial[];
}

/** The desk's home page: the search and the worklist. */
export function deskHomePage(
  reader: DeskReader,
  shown: { worklist: Worklist | null; overview: OverviewResponse; done?: Done | undefined; faults?: SearchFaults },
): Page {
  const messages = reader.texts.desk;
  const { worklist, overview, done, faults } = shown;
  const content = html`${doneNote(reader, done)} ${overviewCard(messages, reader, overview)}
  ${searchForm(messages, reader, faults)}
  ${worklist && html`<div class="desk-columns">${approvalsCard(messages, reader, worklist)}${applicationsCard(reader, worklist.applications)}${reportsCard(messages, reader, worklist)}${denialsCard(reader, worklist)}</div>`}`;
  return deskPage({
    title: messages.search.title,
    address: '/operator',
    content,
    reader,
    place: '/operator',
    hasSearch: true,
    ...(faults && { status: 422 }),
  });
}

/** An alarm while too many reports of loss come, and the counts that every operator should know. */
function overviewCard(messages: DeskWords, reader: DeskReader, overview: OverviewResponse): Html {
  const { notMe } = overview;
  const names = notMe.map(({ relyingParty, count }) => `${relyingParty.name} ${count}`).join(' · ');
  return html`<section class="card" aria-labelledby="overview">
    <h2 id="overview">${messages.overview.title}</h2>
    ${lossAlarm(reader, overview)} ${facts([...standing(reader, overview), [messages.overview.notMe, names || '0']])}
  </section>`;
}

/** Nothing while reports of loss come as usual. */
export function lossAlarm({ texts, locale }: DeskReader, { lossReports }: OverviewResponse): Html | false {
  const { since, until } = lossReports.breaker;
  if (since === null || until === null) return false;
  const sentence = texts.desk.overview.alarm(seoulTime(since, locale), seoulTime(until, locale));
  return html`<p class="alert" role="alert">${sentence}</p>`;
}

/** Present counts, each with its name. */
export function standing({ texts }: DeskReader, overview: OverviewResponse): [name: string, count: string][] {
  const { overview: words, why } = texts.desk;
  const { lossReports, suspended, linesInDoubt, waiting } = overview;
  const suspensions = (['loss_reported', 'sim_swapped', 'line_suspended'] as const).map(
    (reason) => `${why[reason]} ${suspended[reason]}`,
  );
  return [
    [words.lossReports, String(lossReports.open)],
    [words.suspended, suspensions.join(' · ')],
    [words.linesInDoubt, String(linesInDoubt)],
    [words.waiting, words.waits(waiting.approvals, waiting.reissues)],
  ];
}

function searchForm(messages: DeskWords, { formToken }: DeskReader, faults: SearchFaults | undefined): Html {
  const { search } = messages;
  return html`<form class="card" method="post" action="/operator/search" role="search">
    <h1>${search.title}</h1>
    ${formToken}
    <div class="desk-fields">
      <div class="field">
        <label for="phoneNumber">${search.number}</label>
        <input
          id="phoneNumber"
          name="phoneNumber"
          type="tel"
          inputmode="tel"
          autocomplete="off"
          placeholder="010-1234-5678"
          value="${faults?.number}"
          required
          autofocus
          data-search
          aria-keyshortcuts="/"
          ${faults?.numberIsWrong && html`aria-invalid="true"`}
          aria-describedby="phoneNumber-fault"
        />
        <p class="fault" id="phoneNumber-fault">${faults?.numberIsWrong && search.numberFault}</p>
      </div>
      ${reasonField(messages, 'search-reason', {
        value: faults?.reason ?? '',
        fault: faults?.reasonIsWrong ? search.reasonFault : '',
      })}
      <button class="primary">${search.submit}</button>
    </div>
    <p class="hint">${messages.reasonHint}</p>
  </form>`;
}

function approvalsCard(messages: DeskWords, { locale, texts }: DeskReader, { approvals, reissues }: Worklist): Html {
  const { kinds, states } = messages.approvals;
  const words = texts.reissues;
  const waits = approvals.length + reissues.length > 0;
  return html`<section class="card" aria-labelledby="waiting">
    <h2 id="waiting">${messages.waiting}</h2>
    ${!waits && html`<p class="hint">${messages.nothingWaits}</p>`}
    <ul class="desk-list">
      ${approvals.map(
        ({ kind, state, askedBy, askedAt, phoneNumber }) =>
          html`<li>
            <p><strong>${kinds[kind]}</strong> <span class="tag ${state}">${states[state]}</span></p>
            <p>${phoneNumber ?? messages.unknownNumber}</p>
            <p class="hint">${dateTime(askedAt, locale)} · ${askedBy}</p>
          </li>`,
      )}
      ${reissues.map(
        ({ appliedBy, appliedAt, phoneNumber }) =>
          html`<li>
            <p><strong>${words.title}</strong> <span class="tag applied">${words.states.applied}</span></p>
            <p>${phoneNumber ?? messages.unknownNumber}</p>
            <p class="hint">${dateTime(appliedAt, locale)} · ${appliedBy}</p>
          </li>`,
      )}
    </ul>
    ${waits && linkButton('/operator/approvals', messages.approvals.toList, 'secondary')}
  </section>`;
}

function reportsCard(messages: DeskWords, { locale, operator, formToken }: DeskReader, { reports }: Worklist): Html {
  return html`<section class="card" aria-labelledby="reports">
    <h2 id="reports">${messages.reports}</h2>
    ${reports.length === 0 && html`<p class="hint">${messages.noReports}</p>`}
    <ul class="desk-list">
      ${reports.map(
        ({ id, kind, outcome, filedAt, subscriptionId, phoneNumber }) =>
          html`<li>
            <p>
              <strong>${messages.reportKinds[kind]}</strong>
              <span class="tag ${outcome}">${messages.reportOutcomes[outcome]}</span>
            </p>
            <p>
              ${
                subscriptionId
                  ? html`<a href="/operator/subscriptions/${subscriptionId}"
                      >${phoneNumber ?? messages.unknownNumber}</a
                    >`
                  : messages.unknownNumber
              }
            </p>
            <p class="hint">${dateTime(filedAt, locale)}</p>
            ${
              mayOperator(operator.role, 'settle') &&
              html`<details>
                <summary>${messages.settle}</summary>
                <form method="post" action="/operator/reports/${id}/settle">
                  ${formToken} ${reasonField(messages, `settle-${id}`)}
                  <button class="secondary">${messages.settle}</button>
                </form>
              </details>`
            }
          </li>`,
      )}
    </ul>
  </section>`;
}

/** Nothing without such an answer: then the desk looks as ever. */
function denialsCard({ texts, locale }: DeskReader, { denials }: Worklist): Html | false {
  const { callerCheck: words, desk } = texts;
  if (denials.length === 0) return false;
  return html`<section class="card" aria-labelledby="denials">
    <h2 id="denials">${words.denials}</h2>
    <ul class="desk-list">
      ${denials.map(
        ({ deed, subscriptionId, phoneNumber, deniedAt, operator }) =>
          html`<li>
            <p><strong>${words.deeds[deed]}</strong></p>
            <p><a href="/operator/subscriptions/${subscriptionId}">${phoneNumber ?? desk.unknownNumber}</a></p>
            <p class="hint">${dateTime(deniedAt, locale)} · ${operator}</p>
          </li>`,
      )}
    </ul>
  </section>`;
}

/**
 * The subscriptions found for a number, the codes that were sent to it without one, and whether its line may subscribe. Two
 * operators may subscribe it although a hold stands.
 */
export function resultsPage(
  reader: DeskReader,
  number: string,
  shown: {
    found: readonly SubscriptionResponse[];
    texts: readonly SentText[];
    /** Of a number without a subscription; null while the carrier does not answer. */
    eligibility: EligibilityResponse | null | undefined;
  },
): Page {
  const { found, texts, eligibility } = shown;
  const isHeld = eligibility?.reasons.length === 1 && eligibility.reasons[0]?.code === 'recent_sim_change';
  const { locale } = reader;
  const messages = reader.texts.desk;
  const { search, subscription: words } = messages;
  const title = search.results(number, found.length);
  const content = html`<h1>${title}</h1>
    ${found.length === 0 && html`<p class="card nothing">${search.none}</p>`}
    <ul class="desk-results">
      ${found.map(
        ({ subscriptionId, state, suspensions, reason, since, subscribedAt, device }) =>
          html`<li class="card">
            <p>${stateBadge(messages, state)}</p>
            ${facts([
              [words.since, dateTime(since, locale)],
              [words.subscribedAt, dateTime(subscribedAt, locale)],
              ...(state === 'cancelled' && reason ? [[words.state, messages.why[reason]] as const] : []),
              ...(suspensions.length > 0
                ? [[words.suspensions, suspensions.map((one) => messages.why[one]).join(', ')] as const]
                : []),
              [words.device, device ? `${device.name} · ${device.platform} ${device.osVersion}` : words.noDevice],
            ])}
            ${linkButton(`/operator/subscriptions/${subscriptionId}`, search.open)}
          </li>`,
      )}
    </ul>
    ${found.some(({ state }) => state === 'cancelled') && html`<p class="hint">${search.former}</p>`}
    ${eligibility !== undefined && eligibilityCard(reader, eligibility)}
    ${isHeld && mayOperator(reader.operator.role, 'ask') && subscribeForm(reader)}
    ${(texts.length > 0 || found.length === 0) && textsCard(reader, texts, messages.texts.unsubscribed)}
    <p><a href="/operator">${search.again}</a></p>`;
  return deskPage({ title, address: '/operator', content, reader, place: '/operator' });
}

/** Whether the line of the number may subscribe, in the sentences that customers read. */
function eligibilityCard({ texts, locale }: DeskReader, eligibility: EligibilityResponse | null): Html {
  const { eligibility: words } = texts.desk;
  const reasons =
    eligibility?.reasons.map(({ code }) => INELIGIBILITY_SENTENCES[code as IneligibilityCode][locale]) ?? [];
  return html`<section class="card" aria-labelledby="eligibility">
    <h2 id="eligibility">${words.title}</h2>
    ${eligibility === null && html`<p class="bad">${words.unknown}</p>`}
    ${eligibility?.eligible === true && html`<p class="good">${words.eligible}</p>`}
    ${
      reasons.length > 0 &&
      html`<p>${words.notEligible}</p>
        <ul>
          ${reasons.map((sentence) => html`<li>${sentence}</li>`)}
        </ul>`
    }
  </section>`;
}

/**
 * Requests to subscribe a line in a hold. The operator types the number again, because pages show it masked.
 */
function subscribeForm({ texts, formToken }: DeskReader): Html {
  const { desk: messages } = texts;
  const { subscribe: words } = messages;
  return html`<form class="card" method="post" action="/operator/approvals/subscribe">
    <h2>${words.title}</h2>
    <p class="hint">${words.text}</p>
    ${formToken}
    <div class="field">
      <label for="held-number">${messages.search.number}</label>
      <input
        id="held-number"
        name="phoneNumber"
        type="tel"
        inputmode="tel"
        autocomplete="off"
        placeholder="010-1234-5678"
        required
      />
    </div>
    <div class="field">
      <label class="check"><input type="checkbox" name="identified" value="yes" required /> ${words.identified}</label>
    </div>
    <div class="field">
      <label class="check"><input type="checkbox" name="agreed" value="yes" required /> ${words.agreed}</label>
      <p class="hint">
        <a href="/terms" target="_blank" rel="noopener">${words.terms}</a>
        <a href="/privacy" target="_blank" rel="noopener">${words.privacy}</a>
      </p>
    </div>
    ${reasonField(messages, 'held-reason')}
    <button class="secondary">${words.submit}</button>
  </form>`;
}

/** Asks for the reason of a read before any data is shown. */
export function reasonPage(reader: DeskReader, address: string, fault: boolean): Page {
  const { formToken } = reader;
  const messages = reader.texts.desk;
  const content = html`<form class="card narrow" method="post" action="${address}/reason">
    <h1>${messages.ask.title}</h1>
    <p class="lead">${messages.ask.text}</p>
    ${formToken} ${reasonField(messages, 'reason', { fault: fault ? messages.search.reasonFault : '' })}
    <p class="hint">${messages.reasonHint}</p>
    <button class="primary">${messages.ask.submit}</button>
  </form>`;
  return deskPage({ title: messages.ask.title, address, content, reader, ...(fault && { status: 422 }) });
}
