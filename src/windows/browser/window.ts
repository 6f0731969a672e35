import { startCountdown, type Countdown } from '../../pages/browser/countdown.ts';
import { all, byId } from '../../pages/browser/element.ts';
import { WindowClient, type WindowAnswer, type WindowMethod, type WindowRefusal, type WindowView } from './client.ts';
import { showFault, showFaults, check, guideTyping, input, valueOf } from './fields.ts';
import { leave } from './leave.ts';
import { leaveInTime } from './leave-in-time.ts';
import { Resend } from './resend.ts';
import { words } from './words/words.ts';

/** Seconds for which the page asks the service to hold an answer. */
const WAIT_SECONDS = 25;
const RETRY_MS = 2000;

const main = byId('window', HTMLElement);
const { window: windowId = '', authentication = 'null' } = main.dataset;
const client = new WindowClient(`/windows/${windowId}`);
const resend = new Resend(windowId, () => void sendAgain());
/** The method to start with, while there is no authentication. */
let method: WindowMethod = main.dataset['method'] === 'otp' ? 'otp' : 'push';
let shown: WindowView | undefined;
let countdown: Countdown | undefined;
let busy = false;

guideTyping();
byId('person', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void start();
});
byId('code-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  void verify();
});
byId('cancel', HTMLButtonElement).addEventListener('click', () => void cancel());
for (const button of all('[data-return]')) button.addEventListener('click', goBack);
for (const button of all('[data-change-to]')) {
  const other: WindowMethod = button.dataset['changeTo'] === 'otp' ? 'otp' : 'push';
  button.addEventListener('click', () => {
    if (shown) void changeOver(other);
    else choose(other);
  });
}

const begun = JSON.parse(authentication) as WindowView | null;
if (begun) take(begun);
else {
  showMethod();
  view('person');
  input('birthDate').focus();
}

async function start(): Promise<void> {
  if (!check(['birthDate', 'genderDigit', 'phoneNumber'])) return;
  const [birthDate, genderDigit] = [valueOf('birthDate'), valueOf('genderDigit')];
  const person = { birthDate, genderDigit, phoneNumber: valueOf('phoneNumber'), method };
  settle(await alone(() => startOrJoin(person)));
}

/** Starts the authentication, or shows the one that another tab of this browser has started. */
async function startOrJoin(person: object): Promise<WindowAnswer> {
  const answer = await client.post('authentication', person);
  if ('view' in answer || answer.refusal.code !== 'window_closed') return answer;
  const running = await client.follow(0);
  return 'view' in running ? running : answer;
}

function showMethod(): void {
  showParts(method);
  offer(otherThan(method));
}

/** Selects the other method before the start, when nothing has to be cancelled. */
function choose(other: WindowMethod): void {
  method = other;
  fault(null);
  showMethod();
  say(document.querySelector('[data-view="person"] div:not([hidden]) > h1')?.textContent ?? '');
  document.querySelector<HTMLElement>('[data-view="person"] [data-change-to]:not([hidden])')?.focus();
}

async function changeOver(other: WindowMethod): Promise<void> {
  settle(await alone(() => client.post('method', { method: other })));
}

async function verify(): Promise<void> {
  if (!check(['code'])) {
    if (shown?.channel === 'otp') showFault('code', words.otp);
    return;
  }
  const answer = await alone(() => client.post('verification', { code: valueOf('code') }));
  if (answer && 'refusal' in answer && answer.refusal.code === 'code_mismatch') {
    const { attemptsLeft = 0 } = answer.refusal;
    const wrong = shown?.channel === 'otp' ? words.wrongOtp : words.wrongCode;
    showFault('code', wrong);
    if (shown) shown = { ...shown, attemptsLeft };
    showTries(attemptsLeft);
    say(`${wrong} ${words.attemptsLeft(attemptsLeft)}`);
    input('code').select();
    return;
  }
  settle(answer);
}

async function sendAgain(): Promise<void> {
  const answer = await alone(() => client.post('resend'));
  if (answer && 'view' in answer) {
    resend.sentAgain();
    say(answer.view.channel === 'push' ? words.resentPush : words.resentSms, true);
  } else if (answer?.refusal.code === 'too_many_requests') {
    resend.refused(answer.refusal.retryAfterSeconds ?? 0);
    say(words.resendRefused, true);
  } else settle(answer);
}

async function cancel(): Promise<void> {
  settle(await alone(() => client.post('cancel')));
}

/** Runs one request of the person at a time; further presses of a button do nothing. */
async function alone(ask: () => Promise<WindowAnswer>): Promise<WindowAnswer | undefined> {
  if (busy) return undefined;
  busy = true;
  main.setAttribute('aria-busy', 'true');
  fault(null);
  const answer = await ask();
  busy = false;
  main.removeAttribute('aria-busy');
  return answer;
}

function settle(answer: WindowAnswer | undefined): void {
  if (!answer) return;
  if ('view' in answer) take(answer.view);
  else refuse(answer.refusal);
}

function refuse(refusal: WindowRefusal): void {
  const { code, errors = [], retryAfterSeconds = 0 } = refusal;
  if (code === 'invalid_request' && showFaults(errors)) return;
  if (code === 'attempts_exhausted') close('failed', 0);
  else if (code === 'authentication_expired') close('expired');
  else if (code === 'authentication_closed') close(refusal.state ?? 'cancelled');
  else if (code === 'window_closed') fault(words.windowOver);
  else if (code === 'window_bound_elsewhere') fault(words.elsewhere);
  else if (code === 'too_many_requests') fault(words.tooMany(Math.max(1, Math.ceil(retryAfterSeconds / 60))));
  else fault(code === 'unreachable' ? words.unreachable : words.failed);
}

function close(state: WindowView['state'], attemptsLeft = shown?.attemptsLeft ?? 0): void {
  if (shown) take({ ...shown, state, attemptsLeft });
}

/** The view of a final state. With codes left, it was the digits that were wrong in the app. */
function endingOf({ channel, state, attemptsLeft }: WindowView): string {
  if (channel === 'push' && state === 'failed' && attemptsLeft > 0) return 'failed-match';
  const byOtp = channel === 'otp' && document.querySelector(`[data-view="${state}-otp"]`) !== null;
  return byOtp ? `${state}-otp` : state;
}

/** Shows the state of the authentication, whether it came from a button, from polling or with the page. */
function take(next: WindowView): void {
  const before = shown;
  if (before && isOver(before.state)) return;
  // A late answer from before the change of method.
  if (before?.otherMethod === null && next.otherMethod !== null) return;
  shown = next;
  if (isOver(next.state)) {
    countdown?.stop();
    const name = endingOf(next);
    view(name);
    focusHeading(`[data-view="${name}"]`);
    leaveInTime(`[data-view="${name}"]`, { goBack, onStay: () => say(words.staying, true) });
    return;
  }
  if (before?.channel !== next.channel) begin(next);
  if (!before) void follow();
  const opened = next.state === 'opened';
  all('#steps li').forEach((step, at) => {
    step.classList.toggle('done', opened && at < 2);
    if (at === (opened ? 2 : 0)) step.setAttribute('aria-current', 'step');
    else step.removeAttribute('aria-current');
  });
  const openedPart = byId('opened', HTMLElement);
  if (opened && openedPart.hidden) say(openedPart.textContent);
  openedPart.hidden = !opened;
  byId('not-opened', HTMLElement).hidden = opened || next.channel !== 'push';
  showMatch(next.match);
  showTries(next.attemptsLeft);
}

/** Shows the digits that the person types into the app; a screen reader says them one by one. */
function showMatch(match: string | undefined): void {
  byId('match', HTMLElement).hidden = match === undefined;
  byId('match-digits', HTMLElement).textContent = match ?? '';
  byId('match-spoken', HTMLElement).textContent = spoken(match);
}

function spoken(match: string | undefined): string {
  return Array.from(match ?? '').join(' ');
}

function begin({ channel, expiresAt, otherMethod, askedOf, match }: WindowView): void {
  showParts(channel);
  offer(otherMethod);
  byId('asked-of', HTMLElement).textContent = askedOf ?? '';
  view('code');
  input('code').value = '';
  showFault('code', null);
  input('code').focus();
  const introduction = document.querySelector(`[data-view="code"] div[data-channel="${channel}"]`)?.textContent ?? '';
  const digits = match === undefined ? '' : `${byId('match-label', HTMLElement).textContent} ${spoken(match)}`;
  say(`${introduction} ${askedOf ?? digits}`);
  countdown?.stop();
  countdown = startCountdown({
    element: byId('countdown', HTMLElement),
    until: expiresAt,
    now: client.now,
    onLastCall: () => say(words.lastSeconds),
  });
  if (channel !== 'otp') resend.begin();
}

/** Polls until the authentication ends, and continues after interruptions. */
async function follow(): Promise<void> {
  while (shown && !isOver(shown.state)) {
    const answer = await client.follow(WAIT_SECONDS);
    if ('view' in answer) {
      fault(null, words.unreachable);
      take(answer.view);
      continue;
    }
    if (answer.refusal.status === 0) fault(words.unreachable);
    else if (answer.refusal.status < 500 && answer.refusal.status !== 429) {
      refuse(answer.refusal);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

function isOver(state: WindowView['state']): boolean {
  return state !== 'pending' && state !== 'opened';
}

function view(name: string): void {
  for (const section of all('[data-view]')) section.hidden = section.dataset['view'] !== name;
}

/** Shows the texts for this channel, and hides those for others. */
function showParts(channel: WindowView['channel']): void {
  for (const part of all('[data-channel]')) part.hidden = !part.dataset['channel']?.split(' ').includes(channel);
}

/** Shows the button for the other method, if the person can still change. */
function offer(other: WindowMethod | null): void {
  for (const button of all('[data-change-to]')) button.hidden = button.dataset['changeTo'] !== other;
}

function otherThan(one: WindowMethod): WindowMethod {
  return one === 'otp' ? 'push' : 'otp';
}

function focusHeading(within: string): void {
  document.querySelector<HTMLElement>(`${within} h1`)?.focus();
}

function showTries(attemptsLeft: number): void {
  byId('tries', HTMLElement).textContent = words.attemptsLeft(attemptsLeft);
}

/** Announces a text to screen readers; `aloud` also shows it on the page. */
function say(text: string, aloud = false): void {
  const said = byId('said', HTMLElement);
  said.classList.toggle('toast', aloud);
  said.textContent = text.replace(/\s+/g, ' ').trim();
}

/** Shows a fault; null removes it, and with `only` removes it only if it is that one. */
function fault(text: string | null, only?: string): void {
  const element = byId('fault', HTMLElement);
  if (only !== undefined && element.textContent !== only) return;
  element.textContent = text ?? '';
  element.hidden = text === null;
}

function goBack(): void {
  const { returnAddress = '', returnOrigin = '', returnState = '' } = main.dataset;
  leave({ windowId, returnAddress, returnOrigin, returnState });
}
