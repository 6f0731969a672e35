import type { WindowView } from '../../authentication/windows.ts';
import type { ProblemCode } from '../../domain/problem.ts';
import { html, type Html } from '../html.ts';
import { languageSwitch } from '../language-switch.ts';
import type { Locale } from '../locale.ts';
import { WINDOW_MESSAGES, type ClosedReason, type EndedState, type WindowMessages } from './messages.window.ts';
import type { Page } from '../page.ts';
import { personFields } from '../person-fields.ts';

/** What the page shows and hands to its script. No personal data: that is typed in, and goes one way. */
export interface ShownWindow {
  id: string;
  relyingParty: string;
  purpose: string;
  locale: Locale;
  /** The window's authentication, when it has begun before. */
  authentication: WindowView | null;
  returnAddress: string;
  returnOrigin: string;
  returnState: string;
  frameOrigins: readonly string[];
}

/** The hosted window. All of its views are in the page; the script shows one at a time. */
export function windowPage(window: ShownWindow): Page {
  const { id, locale, relyingParty, purpose } = window;
  const messages = WINDOW_MESSAGES[locale];
  const body = html`<main
    class="card"
    id="window"
    data-window="${id}"
    data-authentication="${JSON.stringify(window.authentication)}"
    data-return-address="${window.returnAddress}"
    data-return-origin="${window.returnOrigin}"
    data-return-state="${window.returnState}"
  >
    <header class="asker">
      <p class="mark">${messages.protectedBy}</p>
      ${languageSwitch(locale, `/windows/${id}`)}
      <p class="asker-name">${relyingParty}</p>
      <p class="asker-purpose">${purpose}</p>
    </header>
    <noscript><p class="note">${messages.needsScript}</p></noscript>
    <p class="alert" id="fault" role="alert" hidden></p>
    ${personView(messages, relyingParty)} ${codeView(messages)}
    ${(Object.keys(messages.ended) as EndedState[]).map((state) => endedView(messages, state, relyingParty))}
    <p class="unseen" id="said" role="status"></p>
  </main>`;
  const title = `${messages.title} – ${relyingParty}`;
  return { locale, title, layout: 'window', script: 'window.js', framedBy: window.frameOrigins, body };
}

function personView(messages: WindowMessages, relyingParty: string): Html {
  return html`<section data-view="person" hidden>
    <h1 tabindex="-1">${messages.title}</h1>
    <p>${messages.asks(relyingParty)} ${messages.intro}</p>
    <form id="person" method="post" novalidate>
      ${personFields(messages)}
      <button class="primary">${messages.start}</button>
    </form>
  </section>`;
}

function codeView(messages: WindowMessages): Html {
  return html`<section data-view="code" hidden>
    <div id="not-opened" data-channel="push" hidden>
      <h1 tabindex="-1">${messages.push.title}</h1>
      <p class="lead">${messages.push.text}</p>
    </div>
    <div id="opened" hidden>
      <h1>${messages.opened.title}</h1>
      <p class="lead">${messages.opened.text}</p>
    </div>
    <div data-channel="sms" hidden>
      <h1 tabindex="-1">${messages.sms.title}</h1>
      <p class="lead">${messages.sms.text}</p>
    </div>
    <ol class="steps" id="steps" hidden>
      ${messages.steps.map((step) => html`<li><span>${step}</span></li>`)}
    </ol>
    <form id="code-form" method="post" novalidate>
      <div class="field">
        <div class="label-row">
          <label for="code">${messages.code}</label>
          <p class="countdown">
            <span>${messages.timeLeft}</span> <strong id="countdown" role="timer" aria-live="off">03:00</strong>
          </p>
        </div>
        <input
          id="code"
          name="code"
          class="code-input"
          inputmode="numeric"
          autocomplete="one-time-code"
          maxlength="7"
          required
          aria-describedby="code-fault tries code-hint"
        />
        <p class="fault" id="code-fault"></p>
        <p class="hint" id="tries"></p>
        <p class="hint" id="code-hint">${messages.codeHint}</p>
      </div>
      <button class="primary">${messages.verify}</button>
    </form>
    <div class="row">
      <button type="button" class="secondary" id="resend">
        <span data-channel="push" hidden>${messages.resendPush}</span
        ><span data-channel="sms" hidden>${messages.resendSms}</span> <span id="resend-note"></span>
      </button>
      <button type="button" class="secondary" id="cancel">${messages.cancel}</button>
    </div>
  </section>`;
}

function endedView(messages: WindowMessages, state: EndedState, relyingParty: string): Html {
  const { title, text } = messages.ended[state];
  return html`<section class="ended ${state}" data-view="${state}" hidden>
    <div class="badge" aria-hidden="true"></div>
    <h1 tabindex="-1">${title}</h1>
    <p class="lead">${text}</p>
    <button type="button" class="primary" data-return>${messages.goBack(relyingParty)}</button>
    <p class="hint">${messages.goingBack}</p>
  </section>`;
}

/** What stands in the place of a window that cannot be shown. */
export function closedWindowPage(input: { id: string; code: ProblemCode; status: number; locale: Locale }): Page {
  const messages = WINDOW_MESSAGES[input.locale];
  const { title, text } = messages.closed[reasonOf(input.code)];
  const body = html`<main class="card ended closed">
    <header class="asker">
      <p class="mark">${messages.protectedBy}</p>
      ${languageSwitch(input.locale, `/windows/${encodeURIComponent(input.id)}`)}
    </header>
    <div class="badge" aria-hidden="true"></div>
    <h1>${title}</h1>
    <p class="lead">${text}</p>
  </main>`;
  return { status: input.status, locale: input.locale, title, layout: 'window', body };
}

function reasonOf(code: ProblemCode): ClosedReason {
  if (code === 'window_not_found') return 'unknown';
  if (code === 'window_closed') return 'over';
  return code === 'window_bound_elsewhere' ? 'elsewhere' : 'failed';
}
