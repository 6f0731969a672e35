import type { RelyingPartyView } from '../../authentication/status.ts';
import type { IneligibilityCode } from '../../domain/eligibility.ts';
import type { Hold } from '../../domain/line-memory.ts';
import { clockFace, seoulTime, won } from '../../pages/format.ts';
import { reasonList } from './home.page.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Reader } from '../../pages/words.ts';
import { CUSTOMER_WORDS } from '../words/words.ts';
import { SITE_WORDS } from '../../pages/words/words.ts';
import type { Page } from '../../pages/page.ts';
import { personFields, type TypedPerson } from '../../pages/person-fields.ts';
import type { SitePlace } from '../../pages/site-places.ts';
import { endedCard, knownNumber, linkButton, sitePage } from '../../pages/site.ts';

interface FormPage {
  reader: Reader;
  token: Html;
  typed?: TypedPerson;
}

export function loginPage({ reader, token, typed }: FormPage): Page {
  const { login, person } = reader.words(CUSTOMER_WORDS);
  const content = html`<section class="card narrow">
    <h1>${login.title}</h1>
    <p class="lead">${login.text}</p>
    <form method="post" action="/login" novalidate>
      ${token} ${personFields(person, typed)}
      <button class="primary">${login.submit}</button>
    </form>
  </section>`;
  return sitePage({ reader, title: login.title, address: '/login', place: '/my', content, ...faulty(typed) });
}

/** The form to join: the terms, the fee, and the person's data unless they were verified a moment ago. */
export function joinPage(
  input: FormPage & {
    monthlyFee: number;
    /** The accepted terms; undefined before the form was sent. */
    agreed?: readonly [boolean, boolean];
    /** The optional documents, and those to which the customer agreed. */
    optional: readonly { name: string; title: string }[];
    wanted?: readonly string[];
    known?: string;
  },
): Page {
  const { reader, token, typed, monthlyFee, agreed = [false, false], known, optional, wanted = [] } = input;
  const missing = input.agreed?.indexOf(false) ?? -1;
  const { join, person, my, home } = reader.words(CUSTOMER_WORDS);
  const agreement = (at: 0 | 1) =>
    html`<div class="agreement">
      <p class="sunken">${join.agreements[at]}</p>
      <label class="check"
        ><input
          type="checkbox"
          name="agree${at}"
          value="yes"
          required
          ${agreed[at] && html`checked`}
          ${input.agreed && !agreed[at] && html`aria-invalid="true" aria-describedby="agree-fault"`}
          ${missing === at && html`autofocus`}
        />
        ${join.agree[at]}</label
      >
      <p><a href="${DOCUMENTS[at]}" target="_blank" rel="noopener">${join.whole[at]}</a></p>
    </div>`;
  const content = html`<section class="card narrow">
    <h1>${join.title}</h1>
    <p class="lead">${join.text} ${join.fee(won(monthlyFee, reader.locale))}</p>
    <form method="post" action="/join" novalidate>
      ${token}
      <fieldset class="field">
        <legend>${join.terms}</legend>
        ${missing >= 0 && html`<p class="fault" id="agree-fault" role="alert">${join.mustAgree}</p>`} ${agreement(0)}
        ${agreement(1)}
        ${optional.map(
          ({ name, title }) =>
            html`<div class="agreement">
              <label class="check"
                ><input type="checkbox" name="${name}" value="yes" ${wanted.includes(name) && html`checked`} />
                ${join.optional(title)}</label
              >
              <p><a href="/consents/${name}" target="_blank" rel="noopener">${join.wholeOf(title)}</a></p>
            </div>`,
        )}
      </fieldset>
      ${known === undefined ? personFields(person, typed) : knownNumber(my.phoneNumber, known)}
      <button class="primary">${known === undefined ? join.submit : home.join}</button>
    </form>
  </section>`;
  const isFaulty = missing >= 0 || (typed?.faults.length ?? 0) > 0;
  return sitePage({ reader, title: join.title, address: '/join', place: '/join', content, ...(isFaulty && FAULTY) });
}

/** The pages of the two documents that a joining customer has to accept. */
const DOCUMENTS = ['/terms', '/privacy'] as const;

/** Why a line may not join. The person was verified a moment ago, so the page also says from when it may. */
export function refusedPage(
  reader: Reader,
  { refusedFor, hold }: { refusedFor: readonly IneligibilityCode[]; hold: Hold | null },
): Page {
  const { title, text, held } = reader.words(CUSTOMER_WORDS).join.refused;
  const more = html`${reasonList(reader, refusedFor)}
    ${hold && html`<p class="note">${hold.until && held.until(seoulTime(hold.until, reader.locale))} ${held.desk}</p>`}
    <p>${linkButton('/', reader.words(SITE_WORDS).home, 'secondary')}</p>`;
  const content = endedCard({ kind: 'failed', title, text, more });
  return sitePage({ reader, title, address: '/join', place: '/join', content, ...FAULTY });
}

/** Messages about the last attempt. */
export const CODE_NOTES = ['mismatch', 'incomplete', 'resent', 'too_soon'] as const;
export type CodeNote = (typeof CODE_NOTES)[number];

/** The form for the code that the person reads in the app or in a text message. */
export function verificationCodePage(input: {
  reader: Reader;
  token: Html;
  authentication: RelyingPartyView;
  place: SitePlace;
  now: Date;
  note?: CodeNote;
}): Page {
  const { reader, token, authentication, place, now, note } = input;
  const { code } = reader.words(CUSTOMER_WORDS);
  const { channel, state, expiresAt, attemptsLeft } = authentication;
  const fault = note === 'mismatch' ? code.mismatch(attemptsLeft) : note === 'incomplete' && code.incomplete;
  const { title, text } = state === 'opened' ? code.opened : channel === 'push' ? code.push : code.sms;
  const content = html`<section class="card narrow" data-follow="/code" data-state="${state}">
    <h1>${title}</h1>
    <p class="lead">${text}</p>
    ${note && noteOf(reader, note)}
    <form method="post" action="/code" novalidate>
      ${token}
      <div class="field">
        <div class="label-row">
          <label for="code">${code.code}</label>
          <p class="countdown">
            ${code.timeLeft}
            <strong role="timer" aria-live="off" data-until="${expiresAt}" data-now="${now.toISOString()}"
              >${clockFace(expiresAt, now)}</strong
            >
          </p>
        </div>
        <input
          id="code"
          name="code"
          class="code-input"
          inputmode="numeric"
          autocomplete="one-time-code"
          required
          aria-describedby="code-hint code-fault"
          autofocus
          ${fault && html`aria-invalid="true"`}
        />
        <p class="fault" id="code-fault">${fault}</p>
        <p class="hint" id="code-hint">${code.codeHint}</p>
      </div>
      <button class="primary">${code.submit}</button>
    </form>
    <div class="row">
      <form method="post" action="/code/resend">
        ${token}<button class="secondary">${channel === 'push' ? code.resendPush : code.resendSms}</button>
      </form>
      <form method="post" action="/code/stop">${token}<button class="secondary">${code.stop}</button></form>
    </div>
    <p class="hint">${code.nothing}</p>
  </section>`;
  return sitePage({ reader, title, address: '/code', place, content });
}

function noteOf(reader: Reader, note: CodeNote): Html | undefined {
  const { resent, tooSoon } = reader.words(CUSTOMER_WORDS).code;
  if (note === 'resent') return html`<p class="good" role="status">${resent}</p>`;
  return note === 'too_soon' ? html`<p class="alert" role="alert">${tooSoon}</p>` : undefined;
}

/** A verification that ended without success. */
export function codeEndedPage(
  reader: Reader,
  state: 'declined' | 'expired' | 'failed' | 'cancelled',
  place: SitePlace,
): Page {
  const { code } = reader.words(CUSTOMER_WORDS);
  const { title, text } = code.ended[state];
  const kind = state === 'cancelled' || state === 'expired' ? 'cancelled' : 'failed';
  const more = html`<p>${linkButton(place, code.again)}</p>`;
  return sitePage({ reader, title, address: '/code', place, content: endedCard({ kind, title, text, more }) });
}

/** RFC 9110, 15.5.21: the content is well-formed but cannot be processed. */
const FAULTY = { status: 422 } as const;

function faulty(typed: TypedPerson | undefined): { status?: number } {
  return (typed?.faults.length ?? 0) > 0 ? FAULTY : {};
}
