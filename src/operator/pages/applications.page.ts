import type { OpenApplications, Recipient, ShownApplication } from '../../customers/reissue-applications.ts';
import { CHECKED_PROOFS, type CheckedProof } from '../../domain/reissue-application.ts';
import { choices } from '../../pages/choices.ts';
import { dateTime } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { facts, linkButton } from '../../pages/site.ts';
import { mayOperator } from '../../domain/operator.ts';
import type { AppliedPage } from '../reissue-desk.ts';
import { callReasonField, deskPage, reasonField, type DeskReader } from './desk.ts';

/** What is wrong with the form that takes up an application. `mismatch`: the last phone has another serial number. */
export type TakeFault = 'oldSerialNumber' | 'mismatch' | 'identityProof' | 'identified' | 'reason';

interface TypedTake {
  oldSerialNumber: string;
  reason: string;
  /** The proof that stands for a verification by the app that is too old. */
  identityProof?: CheckedProof | undefined;
  faults: readonly TakeFault[];
}

/** Customers' own applications for a reissue, in the worklist, a page at a time. Nothing without one. */
export function applicationsCard({ texts, locale }: DeskReader, page: AppliedPage): Html | false {
  const { shown: applications, next, isFirst } = page;
  const { ownApplication: words, causes, proofs } = texts.reissues;
  if (applications.length === 0 && isFirst) return false;
  return html`<section class="card" aria-labelledby="applications">
    <h2 id="applications">${words.list}</h2>
    ${applications.length === 0 && html`<p class="hint">${words.none}</p>`}
    <ul class="desk-list">
      ${applications.map(
        ({ subscriptionId, phoneNumber, cause, identityProof, filedAt }) =>
          html`<li>
            <p><strong>${causes[cause]}</strong> <span class="tag applied">${proofs[identityProof]}</span></p>
            <p>
              <a href="/operator/subscriptions/${subscriptionId}#applications"
                >${phoneNumber ?? texts.desk.unknownNumber}</a
              >
            </p>
            <p class="hint">${dateTime(filedAt, locale)}</p>
          </li>`,
      )}
    </ul>
    ${next !== null && html`<p><a href="/operator?applications=${next}#applications">${words.next}</a></p>`}
    ${!isFirst && html`<p><a href="/operator#applications">${words.first}</a></p>`}
  </section>`;
}

/** The customer's own applications on the page of the subscription. */
export function applicationList(
  reader: DeskReader,
  subscriptionId: string,
  { shown, count }: OpenApplications,
  mayApply: boolean,
): Html | false {
  if (shown.length === 0) return false;
  const { ownApplication: words } = reader.texts.reissues;
  const acts = mayOperator(reader.operator.role, 'apply_reissue');
  return html`<div id="applications">
    <h3>${words.title}</h3>
    <p class="hint">${words.text}</p>
    ${shown.map((application) => oneApplication(reader, application, mayApply))}
    ${count > shown.length && html`<p class="note-line">${words.more(count - shown.length)}</p>`}
    ${count > 1 && acts && receiptForm(reader, subscriptionId)}
  </div>`;
}

/** A stranger can apply in a customer's name. The customer knows the receipt number of the customer's own application. */
function receiptForm(reader: DeskReader, subscriptionId: string): Html {
  const { find } = reader.texts.reissues.ownApplication;
  return html`<details>
    <summary>${find.name}</summary>
    <form method="post" action="/operator/subscriptions/${subscriptionId}/application">
      <p class="hint">${find.text}</p>
      ${reader.formToken}
      <div class="field">
        <label for="receipt">${find.number}</label>
        <input id="receipt" name="number" autocomplete="off" autocapitalize="characters" required />
      </div>
      ${callReasonField(reader, 'receipt-reason')}
      <button class="secondary">${find.submit}</button>
    </form>
  </details>`;
}

/** The application with the receipt number that the customer read out. */
export function foundApplicationPage(
  reader: DeskReader,
  subscriptionId: string,
  found: ShownApplication | undefined,
): Page {
  const { ownApplication: words, code } = reader.texts.reissues;
  const address = `/operator/subscriptions/${subscriptionId}`;
  const content = html`<section class="card narrow">
    <h1>${words.find.name}</h1>
    ${
      found
        ? oneApplication(reader, found, true)
        : html`<p class="alert" role="alert">${words.find.unknown}</p>
            ${receiptForm(reader, subscriptionId)}`
    }
    ${linkButton(address, code.back, 'secondary')}
  </section>`;
  const status = found ? {} : { status: 422 };
  return deskPage({ title: words.find.name, address, content, reader, place: '/operator', ...status });
}

function oneApplication(reader: DeskReader, application: ShownApplication, mayApply: boolean): Html {
  const { ownApplication: words } = reader.texts.reissues;
  const acts = mayOperator(reader.operator.role, 'apply_reissue');
  return html`<div class="own-application">
    ${whatWasWritten(reader, application)}
    ${
      mayApply &&
      html`<details>
        <summary>${words.take}</summary>
        ${takeForm(reader, application, { oldSerialNumber: application.oldSerialNumber, reason: '', faults: [] })}
      </details>`
    }
    ${
      acts &&
      html`<details>
        <summary>${words.decline}</summary>
        <form method="post" action="/operator/reissue-applications/${application.id}/decline">
          <p class="hint">${words.declineText}</p>
          ${reader.formToken} ${reasonField(reader.texts.desk, `decline-${application.id}`)}
          <button class="secondary">${words.decline}</button>
        </form>
      </details>`
    }
  </div>`;
}

function whatWasWritten({ texts, locale, operator }: DeskReader, application: ShownApplication): Html {
  const { ownApplication: words, columns, causes, proofs, deliveries } = texts.reissues;
  // The receipt is for those who check it.
  const acts = mayOperator(operator.role, 'apply_reissue');
  const { cause, oldSerialNumber, identityProof, authenticationId, reference, delivery, recipient } = application;
  return facts([
    [columns.cause, causes[cause]],
    [columns.serialNumber, oldSerialNumber],
    [
      words.from,
      authenticationId === null ? html`<strong class="bad">${words.noLogin}</strong>` : words.byApp(authenticationId),
    ],
    ...(authenticationId === null ? [[columns.proof, proofs[identityProof]] as const] : []),
    ...(reference === '' || !acts ? [] : [[words.reference, reference] as const]),
    [columns.delivery, deliveries[delivery]],
    ...(recipient ? [[words.recipient, recipientLine(recipient)] as const] : []),
    [words.filed, dateTime(application.filedAt, locale)],
    [columns.until, dateTime(application.expiresAt, locale)],
  ]);
}

/** Name and address in one line, masked or in full. */
export function recipientLine({ name, postcode, address }: Recipient): string {
  return `${name} · ${postcode} · ${address}`;
}

/** The form as a page of its own, with a message at each invalid field. */
export function takePage(
  reader: DeskReader,
  application: ShownApplication & { subscriptionId: string },
  typed: TypedTake,
): Page {
  const { ownApplication: words, code } = reader.texts.reissues;
  const address = `/operator/subscriptions/${application.subscriptionId}`;
  const content = html`<section class="card narrow">
    <h1>${words.take}</h1>
    ${takeForm(reader, application, typed)} ${linkButton(address, code.back, 'secondary')}
  </section>`;
  return deskPage({ title: words.take, address, content, reader, place: '/operator', status: 422 });
}

function takeForm(
  reader: DeskReader,
  { id, proofIsStale }: Pick<ShownApplication, 'id' | 'proofIsStale'>,
  typed: TypedTake,
): Html {
  const { ownApplication: words, apply, columns, faults, proofs } = reader.texts.reissues;
  const serialFault = typed.faults.find((one) => one === 'oldSerialNumber' || one === 'mismatch');
  const isUnidentified = typed.faults.includes('identified');
  return html`<form method="post" action="/operator/reissue-applications/${id}/take">
    <p class="hint">${apply.text}</p>
    ${reader.formToken}
    <div class="field">
      <label for="serial-${id}">${columns.serialNumber}</label>
      <textarea
        rows="1"
        spellcheck="false"
        id="serial-${id}"
        name="oldSerialNumber"
        autocomplete="off"
        autocapitalize="characters"
        required
        ${serialFault && html`aria-invalid="true" autofocus`}
        aria-describedby="serial-${id}-fault"
      >
${typed.oldSerialNumber}</textarea>
      <p class="fault" id="serial-${id}-fault">${serialFault && faults[serialFault]}</p>
    </div>
    ${
      proofIsStale &&
      choices({
        name: 'identityProof',
        id: `proof-${id}`,
        legend: columns.proof,
        options: CHECKED_PROOFS.map((one) => [one, proofs[one]]),
        chosen: typed.identityProof,
        fault: typed.faults.includes('identityProof') && faults.identityProof,
        takesFocus: typed.faults[0] === 'identityProof',
        hint: words.stale,
      })
    }
    <div class="field">
      <label class="check"
        ><input
          type="checkbox"
          name="identified"
          value="yes"
          required
          ${isUnidentified && html`aria-invalid="true"`}
          aria-describedby="identified-${id}-fault"
        />
        ${words.identified}</label
      >
      <p class="fault" id="identified-${id}-fault">${isUnidentified && words.identifiedFault}</p>
    </div>
    ${reasonField(reader.texts.desk, `take-${id}`, {
      value: typed.reason,
      fault: typed.faults.includes('reason') ? faults.reason : '',
    })}
    <button class="primary">${words.take}</button>
  </form>`;
}
