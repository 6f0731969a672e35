import { Phone, type HistoryEntry, type PendingAuthentication, type ReceivedPush } from '../../phone/phone.ts';
import { byId, make } from './page/element.ts';
import { locale } from './page/locale.ts';
import { badge, button, Display, faultLine, screen } from './phone/display.ts';
import { Enrolling, type DemoLine } from './phone/enrolling.ts';
import { faultOf, isUnregistered } from './phone/fault.ts';
import { keepNotice, loadInstallation, onOtherTab, saveInstallation } from './phone/installation.ts';
import { MESSAGES } from './phone/messages.ts';
import { noticeText, showNotices } from './phone/notices.ts';
import { recently, showPast } from './phone/past.ts';
import { receivePushes } from './phone/push-inbox.ts';
import { Request } from './phone/request.ts';
import { Settings } from './phone/settings.ts';
import { timeOf } from './phone/time.ts';

/** How long the push with the test code may take before the app fetches the same envelope itself. */
const PUSH_PATIENCE_MS = 1500;
/** Past requests that the first screen shows. */
const RECENT = 3;

const messages = MESSAGES[locale];
const { issuer = '', pushToken = '', lines = '[]' } = byId('phone', HTMLElement).dataset;
const display = new Display();
const installation = loadInstallation(pushToken);
let clockOffsetMs = 0;
let phone: Phone | undefined;
let request: Request | undefined;
let atHome = false;

/** Milliseconds since 1970, by the service's clock. */
const now = () => Date.now() + clockOffsetMs;
const leave = { home: () => void home(), unregistered, enrolAgain: () => void enrolAgain() };

const enrolling = new Enrolling(
  display,
  { issuer, pushToken: installation.pushToken, lines: JSON.parse(lines) as DemoLine[] },
  async (enrolled) => {
    phone = enrolled;
    await keep({ testing: true });
    awaitTest();
  },
);

// Beside the shop, the shop says in which language.
document.body.classList.toggle('framed', self !== top);
showTime();
setInterval(showTime, 1000);
onOtherTab(() => location.reload());
addEventListener('focus', refreshHome);
document.addEventListener('visibilitychange', refreshHome);
await begin();
void receivePushes({ pushToken: installation.pushToken, onPush: (data) => void take(data), onGap: refreshHome });

async function begin(): Promise<void> {
  if (!installation.phone) {
    enrolling.begin();
    return;
  }
  phone = await Phone.restore(installation.phone);
  clockOffsetMs = installation.phone.clockOffsetMs;
  if (installation.testing) awaitTest();
  else await home();
}

async function keep(change: { testing: boolean }): Promise<void> {
  installation.phone = phone ? await phone.toState() : null;
  installation.testing = change.testing;
  clockOffsetMs = installation.phone?.clockOffsetMs ?? 0;
  saveInstallation(installation);
}

/** What a push means. One that is not for this phone, or of a kind that it does not know, is passed over. */
async function take(data: Record<string, string>): Promise<void> {
  const received = await phone?.receive(data).catch(() => undefined);
  if (received) act(received);
}

function act(received: ReceivedPush): void {
  switch (received.kind) {
    case 'wake':
      display.notify({ kind: 'request', ...messages.banner.wake }, () => void open(received.id));
      refreshHome();
      break;
    case 'code':
      if (request?.authentication.id === received.authenticationId) request.take(received);
      break;
    case 'cancelled':
      display.clearNotification('request');
      if (request?.authentication.id === received.id) request.end('cancelled');
      else display.notify({ kind: 'request', ...messages.banner.cancelled });
      refreshHome();
      break;
    case 'test':
      if (installation.testing) showTest(received.code);
      break;
    case 'notice':
      takeNotice({ kind: received.notice, detail: received.detail });
      break;
  }
}

/** The service keeps no notice that was handed over, so the phone does. */
function takeNotice(notice: { kind: string; detail: string | undefined }): void {
  const text = noticeText(notice);
  if (text === undefined) return;
  keepNotice(installation, { ...notice, at: new Date(now()).toISOString() });
  display.notify({ kind: 'notice', title: messages.banner.notice, text }, () => {
    leaveHome();
    request?.abandon();
    showNotices(display, installation.notices, () => void home());
  });
}

function awaitTest(): void {
  leaveHome();
  const spinner = make('div', { class: 'spinner', 'aria-hidden': 'true' });
  display.show((signal) => {
    const timer = setTimeout(() => void fetchTest(), PUSH_PATIENCE_MS);
    signal.addEventListener('abort', () => clearTimeout(timer));
    return screen({ title: messages.testWaiting, kind: 'waiting' }, spinner);
  });
}

async function fetchTest(): Promise<void> {
  if (!phone) return;
  try {
    showTest((await phone.readTestEnvelope(await phone.testEnvelope())).code);
  } catch (error) {
    // The ten minutes of the test are over, or it was ended elsewhere.
    await forget();
    enrolling.begin(faultLine(faultOf(error)));
  }
}

function showTest(code: string, fault = ''): void {
  const finish = async () => {
    try {
      await display.busy(async () => phone?.confirmTest(code));
      await keep({ testing: false });
      display.say(messages.active);
      await home();
    } catch (error) {
      showTest(code, faultOf(error));
    }
  };
  const digits = make('p', { class: 'code' }, `${code.slice(0, 3)} ${code.slice(3)}`);
  const end = button(messages.testConfirm, () => void finish());
  display.show(() => screen({ ...messages.test, kind: 'shown-code' }, digits, faultLine(fault), end));
}

function refreshHome(): void {
  if (atHome && document.visibilityState === 'visible') void home();
}

/** What waits for this phone: asked of the service, so that it works with no push received. */
async function home(): Promise<void> {
  if (!phone) return;
  const wasHome = atHome;
  atHome = true;
  request = undefined;
  let pending: PendingAuthentication[] = [];
  let past: HistoryEntry[] = [];
  let fault = '';
  const { notified } = display;
  try {
    [pending, past] = await Promise.all([phone.pending(), phone.history()]);
  } catch (error) {
    if (isUnregistered(error)) {
      unregistered();
      return;
    }
    fault = faultOf(error);
  }
  // Something else was opened in the meantime.
  if (!isHome()) return;
  // What came while the service was asked may be newer than its answer.
  if (pending.length === 0 && display.notified === notified) display.clearNotification('request');
  const focused = wasHome ? document.activeElement?.id : undefined;
  drawHome(pending, past, fault);
  if (focused) document.getElementById(focused)?.focus();
}

function leaveHome(): void {
  atHome = false;
}

/** Read anew, for a person may have gone on while the service was asked. */
function isHome(): boolean {
  return atHome;
}

function drawHome(pending: readonly PendingAuthentication[], past: readonly HistoryEntry[], fault: string): void {
  const { none, noneText, refresh, refreshed, title } = messages.home;
  const cards = pending.map((one) =>
    make(
      'button',
      { type: 'button', class: 'request-card', id: `request-${one.id}`, onclick: () => show(one) },
      make('strong', {}, one.relyingParty.name),
      make('span', {}, one.purpose),
      make('span', { class: 'hint' }, timeOf(one.requestedAt)),
    ),
  );
  const nothing = make('div', { class: 'nothing' }, make('p', {}, none), make('p', { class: 'hint' }, noneText));
  const look = button(refresh, () => void home().then(() => display.say(refreshed)), 'secondary');
  look.id = 'refresh';
  const toSettings = button(messages.settings.title, showSettings, 'secondary');
  toSettings.id = 'settings';
  const closed = past.filter(({ state }) => state !== 'pending' && state !== 'opened');
  display.show((signal) => {
    refreshAtEnd(pending, signal);
    return screen(
      { title, kind: 'home' },
      faultLine(fault),
      ...(cards.length > 0 ? cards : [nothing]),
      make('div', { class: 'row' }, look, toSettings),
      recently(closed, RECENT),
    );
  });
}

/** Takes a request off the list when its time is over. */
function refreshAtEnd(pending: readonly PendingAuthentication[], signal: AbortSignal): void {
  const ends = pending.map(({ expiresAt }) => Date.parse(expiresAt) - now());
  if (ends.length === 0) return;
  const timer = setTimeout(refreshHome, Math.max(1000, Math.min(...ends)));
  signal.addEventListener('abort', () => clearTimeout(timer));
}

async function open(id: string): Promise<void> {
  const pending = (await phone?.pending().catch(() => [])) ?? [];
  const asked = pending.find((one) => one.id === id);
  if (asked) show(asked);
  else await home();
}

function show(authentication: PendingAuthentication): void {
  if (!phone) return;
  leaveHome();
  display.clearNotification();
  const shown = phone;
  const history = () => void showPast(display, shown, { back: leave.home, unregistered });
  request = new Request(display, phone, authentication, now, { ...leave, history });
  request.show();
}

function showSettings(): void {
  if (!phone) return;
  leaveHome();
  const keepPhone = () => keep({ testing: false });
  const withCode = (back: () => void) => enrolling.beginAgain(back);
  new Settings(
    display,
    phone,
    now,
    { ...leave, withCode, reset: () => void reset() },
    { notices: () => installation.notices, keep: keepPhone },
  ).show();
}

function unregistered(): void {
  leaveHome();
  request = undefined;
  display.show(() =>
    screen(
      { ...messages.unregistered, kind: 'ended cancelled' },
      badge(),
      button(messages.again, () => void enrolAgain()),
    ),
  );
}

async function enrolAgain(): Promise<void> {
  await forget();
  enrolling.begin();
}

/** As it came from the shop: what it was told goes with the keys. */
async function reset(): Promise<void> {
  installation.notices = [];
  await enrolAgain();
}

/** The keys go; the push token stays, for it is the platform's. */
async function forget(): Promise<void> {
  phone = undefined;
  request = undefined;
  await keep({ testing: false });
}

function showTime(): void {
  byId('clock', HTMLElement).textContent = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(new Date());
}
