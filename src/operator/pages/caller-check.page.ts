import { CHECKED_DEEDS, type CheckedDeed } from '../../domain/caller-check.ts';
import { DEED_NAMES } from '../../domain/deed.ts';
import { clockFace, dateTime } from '../../pages/format.ts';
import { html, type Html } from '../../pages/html.ts';
import type { Page } from '../../pages/page.ts';
import { linkButton } from '../../pages/site.ts';
import type { SubscriptionLook } from '../operator-desk.ts';
import type { CallerCheckView } from '../push-caller-checks.ts';
import type { CallerCheckWords } from '../words/words.ts';
import { callReasonField, deskPage, type DeskReader } from './desk.ts';

/** On the page of a subscription: the form that asks the phone, or why it cannot be asked. */
export function callerCheckForm(
  reader: DeskReader,
  { subscription }: SubscriptionLook,
  { check, deniedAt }: { check: CallerCheckView | undefined; deniedAt: Date | null },
): Html | false {
  if (subscription.state === 'cancelled') return false;
  const { texts, formToken, locale } = reader;
  const { callerCheck: words } = texts;
  const address = `/operator/subscriptions/${subscription.subscriptionId}/caller-check`;
  const isUnderWay = check?.state === 'asked' || check?.state === 'opened' || check?.state === 'verified';
  if (isUnderWay) return html`<p class="note-line"><a href="${address}">${words.underWay}</a></p>`;
  if (deniedAt)
    return html`<p class="bad" role="alert">
      ${words.denied} <span class="hint">${dateTime(deniedAt, locale)}</span>
    </p>`;
  const { device, state } = subscription;
  const isAskable = state === 'active' && device?.state === 'active' && !device.pinLocked;
  return html`<details>
    <summary>${words.name}</summary>
    ${
      isAskable
        ? html`<form method="post" action="${address}">
            <p class="hint">${words.text}</p>
            ${formToken}
            <fieldset class="field choices">
              <legend>${words.deed}</legend>
              ${CHECKED_DEEDS.map((deed, at) => deedChoice(words, deed, at === 0))}
            </fieldset>
            ${callReasonField(reader, 'reason-caller-check')}
            <button class="secondary">${words.submit}</button>
          </form>`
        : html`<p class="hint">${words.impossible}</p>`
    }
  </details>`;
}

function deedChoice(words: CallerCheckWords, deed: CheckedDeed, checked: boolean): Html {
  return html`<label
    ><input type="radio" name="deed" value="${deed}" required ${checked && html`checked`} /> ${words.deeds[deed]}</label
  >`;
}

/** What the page says of the code that was typed last. `incomplete` was no whole code, and cost no attempt. */
export const CODE_NOTES = ['mismatch', 'incomplete'] as const;
type CodeNote = (typeof CODE_NOTES)[number];

/** One check: what to tell the caller now, the field for the code, and once it is verified the form of the deed. */
export function callerCheckPage(
  reader: DeskReader,
  shown: { subscriptionId: string; check: CallerCheckView; now: Date; note: CodeNote | undefined },
): Page {
  const { callerCheck: words } = reader.texts;
  const { subscriptionId, check } = shown;
  const { state, deed } = check;
  const subscription = `/operator/subscriptions/${subscriptionId}`;
  const address = `${subscription}/caller-check`;
  const isOpen = state === 'asked' || state === 'opened';
  const { title, text } = words.states[state];
  const follow = isOpen && html`data-follow="${address}" data-state="${state}"`;
  const content = html`<section class="card narrow" ${follow}>
    <p class="hint">${words.name} · ${words.deeds[deed]}</p>
    <h1>${title}</h1>
    <p class="${state === 'not_me' ? 'bad' : 'lead'}" ${state === 'not_me' && html`role="alert"`}>
      ${text(words.deeds[deed])}
    </p>
    ${(isOpen || state === 'verified') && timeLeft(words, shown)}
    ${state === 'opened' && codeForm(reader, address, shown)}
    ${state === 'asked' && html`<p>${linkButton(address, words.look, 'secondary')}</p>`}
    ${isOpen && withdrawForm(reader, address)} ${state === 'verified' && deedForm(reader, subscription, deed)}
    <p><a href="${subscription}">${words.back}</a></p>
  </section>`;
  return deskPage({ title, address, content, reader, place: '/operator' });
}

function timeLeft(words: CallerCheckWords, { check, now }: { check: CallerCheckView; now: Date }): Html | false {
  if (!check.until) return false;
  const until = check.until.toISOString();
  return html`<p class="countdown">
    ${words.timeLeft}
    <strong role="timer" aria-live="off" data-until="${until}" data-now="${now.toISOString()}"
      >${clockFace(until, now)}</strong
    >
  </p>`;
}

function codeForm(
  { texts, formToken }: DeskReader,
  address: string,
  { check, note }: { check: CallerCheckView; note: CodeNote | undefined },
): Html {
  const { callerCheck: words } = texts;
  const fault =
    note === 'mismatch'
      ? check.attemptsLeft !== null && words.wrong(check.attemptsLeft)
      : note === 'incomplete' && words.incomplete;
  return html`<form method="post" action="${address}/code" novalidate>
    ${formToken}
    <div class="field">
      <label for="code">${words.code}</label>
      <input
        id="code"
        name="code"
        class="code-input"
        inputmode="numeric"
        autocomplete="off"
        required
        autofocus
        ${note && html`aria-invalid="true"`}
        aria-describedby="code-fault"
      />
      <p class="fault" id="code-fault">${fault}</p>
    </div>
    <button class="primary">${words.verify}</button>
  </form>`;
}

function withdrawForm({ texts, formToken }: DeskReader, address: string): Html {
  return html`<form method="post" action="${address}/withdraw">
    ${formToken}<button class="secondary">${texts.callerCheck.withdraw}</button>
  </form>`;
}

function deedForm(reader: DeskReader, subscription: string, deed: CheckedDeed): Html {
  const { texts, formToken } = reader;
  const { text, submit } = texts.callerCheck.does[deed];
  return html`<form method="post" action="${subscription}/${DEED_NAMES[deed]}">
    <p class="hint">${text}</p>
    ${formToken} ${callReasonField(reader, 'reason-deed')}
    <button class="${deed === 'cancel' ? 'danger' : 'primary'}">${submit}</button>
  </form>`;
}
