import type { WindowView } from '../windows.ts';
import { WINDOW_METHODS, type WindowMethod } from '../../domain/authentication.ts';
import type { ProblemCode } from '../../domain/problem.ts';
import { html, type Html } from '../../pages/html.ts';
import { languageSwitch } from '../../pages/language-switch.ts';
import type { Reader } from '../../pages/words.ts';
import { WINDOW_WORDS } from '../words/words.ts';
import type { ClosedReason, EndedState } from '../words/keys.ts';
import type { WindowWords } from '../words/words.ts';
import type { Sentence } from '../../pages/sentence.ts';
import type { Page } from '../../pages/page.ts';
import { personFields } from '../../pages/person-fields.ts';

/**
 * The data that the page shows and passes to its script. No personal data except what was typed and must be shown
 * again.
 */
export interface ShownWindow {
  id: string;
  relyingParty: string;
  purpose: string;
  /** The method to begin with, until the person chooses the other one. */
  method: WindowMethod;
  /** A window of test mode. */
  isTest: boolean;
  /** The window's authentication, if one was started before. */
  authentication: WindowView | null;
  returnAddress: string;
  returnOrigin: string;
  returnState: string;
  /** Where the person goes back without a log-in, in a window of a flow. */
  cancelAddress: string | undefined;
  frameOrigins: readonly string[];
}

/** The hosted window. The page holds all its views, and the script shows one at a time. */
export function windowPage(reader: Reader, window: ShownWindow): Page {
  const { id, relyingParty, purpose } = window;
  const { locale } = reader;
  const messages = reader.words(WINDOW_WORDS);
  const body = html`<main
    class="card"
    id="window"
    data-window="${id}"
    data-method="${window.method}"
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
    ${window.isTest ? html`<p class="note" data-test>${messages.test}</p>` : ''}
    <noscript><p class="note">${messages.needsScript}</p></noscript>
    <p class="alert" id="fault" role="alert" hidden></p>
    ${personView(messages, relyingParty)} ${codeView(messages)} ${endedViews(messages, relyingParty)}
    ${window.cancelAddress && html`<p class="row"><a class="link" id="leave" href="${window.cancelAddress}">${messages.goBack(relyingParty)}</a></p>`}
    <p class="unseen" id="said" role="status"></p>
  </main>`;
  const title = `${messages.title} – ${relyingParty}`;
  return { locale, title, layout: 'window', script: 'window.js', framedBy: window.frameOrigins, body };
}

function personView(messages: WindowWords, relyingParty: string): Html {
  const { asks, intro, otpIntro, title, otpTitle } = messages;
  return html`<section data-view="person" hidden>
    <div data-channel="push sms" hidden>
      <h1 tabindex="-1">${title}</h1>
      <p>${asks(relyingParty)} ${intro}</p>
    </div>
    <div data-channel="otp" hidden>
      <h1 tabindex="-1">${otpTitle}</h1>
      <p>${asks(relyingParty)} ${otpIntro}</p>
    </div>
    <form id="person" method="post" novalidate>
      ${personFields(messages)}
      <button class="primary">${messages.start}</button>
    </form>
    ${changeTo(messages)}
  </section>`;
}

/** The buttons that change to the other method; the script shows the one that applies. */
function changeTo(messages: WindowWords): Html[] {
  return WINDOW_METHODS.map(
    (method) =>
      html`<button type="button" class="link" data-change-to="${method}" hidden>${messages.changeTo[method]}</button>`,
  );
}

function codeView(messages: WindowWords): Html {
  return html`<section data-view="code" hidden>
    <div id="not-opened" data-channel="push" hidden>
      <h1 tabindex="-1">${messages.push.title}</h1>
      <p class="lead">${messages.push.text}</p>
    </div>
    <p class="match" id="match" hidden>
      <span id="match-label">${messages.match}</span>
      <strong id="match-digits" aria-hidden="true"></strong> <span class="unseen" id="match-spoken"></span>
    </p>
    <div id="opened" hidden>
      <h1>${messages.opened.title}</h1>
      <p class="lead">${messages.opened.text}</p>
    </div>
    <div data-channel="sms" hidden>
      <h1 tabindex="-1">${messages.sms.title}</h1>
      <p class="lead">${messages.sms.text}</p>
    </div>
    <div data-channel="otp" hidden>
      <h1 tabindex="-1">${messages.otp.title}</h1>
      <p class="lead">${messages.otp.text}</p>
    </div>
    <p class="asked-of" data-channel="otp" hidden>
      <span class="unseen">${messages.askedOf}</span> [<strong id="asked-of"></strong>]
    </p>
    <ol class="steps" id="steps" data-channel="push" hidden>
      ${messages.steps.map((step) => html`<li><span>${step}</span></li>`)}
    </ol>
    <form id="code-form" method="post" novalidate>
      <div class="field">
        <div class="label-row">
          <label for="code">
            <span data-channel="push sms" hidden>${messages.code}</span>
            <span data-channel="otp" hidden>${messages.otpCode}</span>
          </label>
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
          required
          aria-describedby="code-fault tries code-hint"
        />
        <p class="fault" id="code-fault"></p>
        <p class="hint" id="tries"></p>
        <p class="hint" id="code-hint">${messages.codeHint}</p>
      </div>
      <button class="primary">${messages.verify}</button>
    </form>
    <ul class="notes" data-channel="otp" hidden>
      ${messages.otpNotes.map((note) => html`<li>${note}</li>`)}
    </ul>
    <div class="row">
      <button type="button" class="secondary" id="resend" data-channel="push sms" hidden>
        <span data-channel="push" hidden>${messages.resendPush}</span
        ><span data-channel="sms" hidden>${messages.resendSms}</span> <span id="resend-note"></span>
      </button>
      <button type="button" class="secondary" id="cancel">${messages.cancel}</button>
    </div>
    ${changeTo(messages)}
  </section>`;
}

/** One view for each final state, and more where the text for a one-time password or for wrong digits differs. */
function endedViews(messages: WindowWords, relyingParty: string): Html[] {
  return (Object.keys(messages.ended) as EndedState[]).flatMap((state) => {
    const byOtp = messages.endedOtp[state];
    const shown = (view: string, said: Sentence) => endedView({ view, state, said, messages, relyingParty });
    const byMatch = state === 'failed' ? [shown('failed-match', messages.wrongMatch)] : [];
    return [shown(state, messages.ended[state]), ...(byOtp ? [shown(`${state}-otp`, byOtp)] : []), ...byMatch];
  });
}

function endedView(ended: {
  view: string;
  state: EndedState;
  said: Sentence;
  messages: WindowWords;
  relyingParty: string;
}): Html {
  const { view, state, messages, relyingParty } = ended;
  const { title, text } = ended.said;
  return html`<section class="ended ${state}" data-view="${view}" hidden>
    <div class="badge" aria-hidden="true"></div>
    <h1 tabindex="-1">${title}</h1>
    <p class="lead">${text}</p>
    <button type="button" class="primary" data-return>${messages.goBack(relyingParty)}</button>
    <div class="leaving">
      <p class="hint" data-leaving="${messages.goingBack}"></p>
      <button type="button" class="link" data-stay>${messages.stay}</button>
    </div>
  </section>`;
}

/** The page that replaces a window that cannot be shown. */
export function closedWindowPage(reader: Reader, window: { id: string; code: ProblemCode; status: number }): Page {
  const { id, code, status } = window;
  const { locale } = reader;
  const messages = reader.words(WINDOW_WORDS);
  const { title, text } = messages.closed[reasonOf(code)];
  const body = html`<main class="card ended closed">
    <header class="asker">
      <p class="mark">${messages.protectedBy}</p>
      ${languageSwitch(locale, `/windows/${encodeURIComponent(id)}`)}
    </header>
    <div class="badge" aria-hidden="true"></div>
    <h1>${title}</h1>
    <p class="lead">${text}</p>
  </main>`;
  return { status, locale, title, layout: 'window', body };
}

function reasonOf(code: ProblemCode): ClosedReason {
  if (code === 'window_not_found') return 'unknown';
  if (code === 'window_closed') return 'over';
  return code === 'window_bound_elsewhere' ? 'elsewhere' : 'failed';
}
