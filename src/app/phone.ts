import type { SimulatedCard } from '../phone/card.ts';
import type { Phone, PhoneAlert, PushData } from '../phone/phone.ts';
import { byId } from '../pages/browser/element.ts';
import { locale } from '../pages/browser/locale.ts';
import { AlertAnswer } from './screens/alert-answer.ts';
import { alertSection, isOfAlerts, type AlertWays, type Answer } from './screens/alerts.ts';
import { CallerRequest } from './screens/caller-request.ts';
import { CodeRequest } from './screens/code-request.ts';
import { DeviceTest } from './screens/device-test.ts';
import { Display, screen } from './screens/display.ts';
import { Enrolling, type OfferedLine } from './screens/enrolling.ts';
import { isUnregistered } from './screens/fault.ts';
import { Home, type Waiting } from './screens/home.ts';
import { keepNotice, loadInstallation, onOtherTab } from './screens/installation.ts';
import { Institutions } from './screens/institutions.ts';
import { isOfInstitutions, noticeLine, showNotices } from './screens/notices.ts';
import { NewPhoneCode } from './screens/new-phone-code.ts';
import { OneTimeCodes } from './screens/otp.ts';
import { showPast } from './screens/past.ts';
import { Phones } from './screens/phones.ts';
import type { Leave } from './screens/pin-refusal.ts';
import { receivePushes } from './screens/push-inbox.ts';
import { Replaced } from './screens/replaced.ts';
import type { Request } from './screens/request.ts';
import { Settings } from './screens/settings.ts';
import { SignRequest } from './screens/sign-request.ts';
import { AddingSmartOtp } from './screens/smart-otp.ts';
import { SmsForOneWebsite } from './screens/sms.ts';
import { words } from './words/words.ts';

const page = byId('phone', HTMLElement).dataset;
const { issuer = '', terms = '', vendorCode = '' } = page;
const display = new Display();
const installation = loadInstallation(page['pushToken'] ?? '');
const { pushToken } = installation;
const phones = await Phones.restore(installation);
let request: Request | undefined;
let test: DeviceTest | undefined;
/** True while the page around the phone has it enrol by itself. */
let isPreparing = false;

const now = () => phones.now();
const toHome = () => {
  elsewhere(() => {
    // An unfinished enrolment resumes at its test.
    if (phones.main && phones.testing) testMain(phones.main);
    else void home.show();
  });
};

const newPhoneCode = new NewPhoneCode(display, now, { leaveHome: () => elsewhere(() => undefined), home: toHome });
const alertWays: AlertWays = { show: showAlert, answer: answerAlert };
const home = new Home(display, phones, newPhoneCode, {
  alert: alertWays,
  request: showRequest,
  otp: showOneTimeCodes,
  settings: showSettings,
  register: () => elsewhere(() => enrolling.begin()),
  institutions: () => elsewhere(showInstitutions),
  sms: (phone) =>
    elsewhere(() => void new SmsForOneWebsite(display, phone, now, { ...leaveOf(phone), back: toHome }).show()),
  enrolAgain: (phone) => elsewhere(() => leaveOf(phone).enrolAgain()),
  goOn: (smartOtp) => elsewhere(() => addingSmartOtp.goOn(smartOtp)),
  unregistered,
});
const replaced = new Replaced(display, phones, newPhoneCode, {
  ...alertWays,
  enrolAgain: () => elsewhere(() => void enrolAgain()),
  smartOtpsOnly: () => elsewhere(() => void smartOtpsOnly()),
});
const addingSmartOtp = new AddingSmartOtp(display, phones, { issuer, pushToken, terms }, beginTest, leaveOf);
const enrolling = new Enrolling(
  display,
  { issuer, pushToken, lines: JSON.parse(page['lines'] ?? '[]') as OfferedLine[] },
  async (enrolled) => {
    phones.main = enrolled;
    phones.testing = true;
    await phones.keep();
    testMain(enrolled);
  },
  {
    addSmartOtp: (back) => addingSmartOtp.begin(back),
    elsewhere: () => (phones.all.length > 0 ? toHome : undefined),
  },
);
const settings = new Settings(display, phones, vendorCode, () => installation.notices, {
  home: toHome,
  leaveOf,
  withCode: (back) => (phones.main ? enrolling.beginAgain(back) : enrolling.begin()),
  addSmartOtp: (back) => addingSmartOtp.begin(back),
  goOn: (smartOtp) => addingSmartOtp.goOn(smartOtp),
  reset: () => void reset(),
});

// Beside the shop, the shop sets the language.
document.body.classList.toggle('framed', self !== top);
showTime();
setInterval(showTime, 1000);
onOtherTab(() => location.reload());
addEventListener('message', ({ origin, source, data }: MessageEvent<unknown>) => {
  if (origin !== location.origin || source !== parent || typeof data !== 'object' || data === null) return;
  const { type, lineId, pin } = data as Partial<Record<string, unknown>>;
  if (type !== 'pushguard.demo.prepare' || typeof lineId !== 'string' || typeof pin !== 'string') return;
  elsewhere(() => void prepare(lineId, pin));
});
addEventListener('focus', refresh);
document.addEventListener('visibilitychange', refresh);
if (phones.all.length > 0) toHome();
else enrolling.begin();
void receivePushes({ pushToken, onPush: (data) => void take(data), onGap: refresh });

/** Acts on a push. A push that is for no device of this installation, or of an unknown kind, is ignored. */
async function take(data: Record<string, string>): Promise<void> {
  for (const phone of phones.all) {
    const received = await phone.receive(data).catch(() => undefined);
    if (received) {
      act(received, phone);
      return;
    }
  }
}

/** Asks the service again, if the screen shows what it says of the subscription. */
function refresh(): void {
  home.refresh();
  replaced.refresh();
}

function act(received: PushData, phone: Phone): void {
  switch (received.kind) {
    case 'wake':
      display.notify({ kind: 'request', ...words.banner.wake }, () => void home.open(received.id));
      home.refresh();
      break;
    case 'code':
      if (request instanceof CodeRequest && request.authentication.id === received.authenticationId) {
        request.take(received);
      }
      break;
    case 'cancelled':
      display.clearNotification('request');
      if (request?.authentication.id === received.id) request.end('cancelled');
      else display.notify({ kind: 'request', ...words.banner.cancelled });
      home.refresh();
      break;
    case 'test':
      if (test?.phone === phone) test.take(received.code);
      break;
    case 'alert':
      // A notice that is shown already says the same in words.
      if (!display.isNotifying) {
        display.notify({ kind: 'alert', ...words.banner.alert }, () => void home.openAlert(received.id));
      }
      refresh();
      break;
    case 'notice':
      takeNotice({ kind: received.notice, detail: received.detail });
      break;
  }
}

/** The service keeps no notice that was delivered, so the phone stores it. */
function takeNotice(notice: { kind: string; detail: string | undefined }): void {
  // A notice may say that the subscription has ended, or that another phone took its place: what is shown must follow.
  void leaveIfUnregistered();
  if (notice.kind === 'device_replaced') newPhoneCode.forget();
  const text = noticeLine(notice);
  if (text === undefined) return;
  keepNotice(installation, { ...notice, at: new Date(now()).toISOString() });
  display.notify({ kind: 'notice', title: words.banner.notice, text }, () => {
    // The first screen says more, and lets the person answer.
    if (isOfAlerts(notice)) toHome();
    else
      elsewhere(() => {
        if (isOfInstitutions(notice)) showInstitutions();
        else showNotices(display, installation.notices, { back: toHome, institutions: showInstitutions });
      });
  });
}

async function leaveIfUnregistered(): Promise<void> {
  const { main } = phones;
  if (!main || phones.testing) return;
  const gone = await main.standing().then(
    () => false,
    (error: unknown) => isUnregistered(error),
  );
  if (gone && phones.main === main) unregistered();
  else refresh();
}

/** One alert on a screen of its own. */
function showAlert(alert: PhoneAlert, isLocked: boolean): void {
  elsewhere(() => {
    display.clearNotification('alert');
    display.show(() =>
      screen({ title: words.alerts.title, kind: 'one-alert', back: toHome }, alertSection(alert, isLocked, alertWays)),
    );
  });
}

function answerAlert(alert: PhoneAlert, answer: Answer): void {
  const { main } = phones;
  if (!main) return;
  elsewhere(() => {
    // The person is reading about it already.
    display.clearNotification('notice');
    const given = (enrolment: Parameters<typeof newPhoneCode.take>[0]) => newPhoneCode.take(enrolment);
    new AlertAnswer(display, main, alert, answer, { ...leaveOf(main), back: toHome, given }).askPin();
  });
}

function showInstitutions(): void {
  void new Institutions(display, phones, leaveOf, toHome).show();
}

/** Leaves the list, and any open request, for another screen. */
function elsewhere(show: () => void): void {
  home.leave();
  replaced.leave();
  request?.abandon();
  [request, test] = [undefined, undefined];
  show();
}

/** Where the screens of a device lead to when they end. */
function leaveOf(phone: Phone): Leave {
  const smartOtp = phones.smartOtpOn(phone);
  if (!smartOtp) return { home: toHome, unregistered, enrolAgain: () => void enrolAgain() };
  // The list shows that the Smart OTP is gone, and offers to remove it.
  return { home: toHome, unregistered: toHome, enrolAgain: () => addingSmartOtp.begin(toHome) };
}

function beginTest(phone: Phone, then: ConstructorParameters<typeof DeviceTest>[2]): void {
  home.leave();
  const over = <Said extends unknown[]>(next: (...said: Said) => Promise<void>) => {
    return async (...said: Said) => {
      test = undefined;
      await next(...said);
    };
  };
  test = new DeviceTest(display, phone, { passed: over(then.passed), failed: over(then.failed) }, isPreparing);
  test.begin();
}

/** Begins anew with this line and this PIN, and tells the page around the phone when it is done. */
async function prepare(lineId: string, pin: string): Promise<void> {
  isPreparing = true;
  await reset();
  await enrolling.prepare(lineId, pin);
}

function testMain(phone: Phone): void {
  beginTest(phone, {
    passed: async () => {
      phones.testing = false;
      await phones.keep();
      display.say(words.active);
      toHome();
      if (isPreparing) parent.postMessage({ type: 'pushguard.demo.prepared' }, location.origin);
      isPreparing = false;
    },
    failed: async (said) => {
      isPreparing = false;
      await forget();
      enrolling.begin(said);
    },
  });
}

function showRequest({ phone, authentication }: Waiting): void {
  elsewhere(() => {
    display.clearNotification();
    const leave = leaveOf(phone);
    const history = () => void showPast(display, phone, { back: leave.home, unregistered: leave.unregistered });
    const ways = { ...leave, history };
    const smartOtp = phones.smartOtpOn(phone);
    if (authentication.transaction) {
      const keep = async (card: SimulatedCard) => {
        if (!smartOtp || smartOtp.card === card) return;
        smartOtp.card = card;
        await phones.keep();
      };
      const card = { kept: () => smartOtp?.card ?? null, keep };
      request = new SignRequest(display, phone, authentication, now, ways, card);
    } else {
      const Kind = authentication.caller ? CallerRequest : CodeRequest;
      request = new Kind(display, phone, authentication, now, ways);
    }
    request.show();
  });
}

function showOneTimeCodes(phone: Phone): void {
  elsewhere(() => {
    const withCode = (back: () => void) => enrolling.beginAgain(back);
    const leave = { ...leaveOf(phone), back: toHome, withCode };
    new OneTimeCodes(display, phone, terms, leave, () => phones.keep()).begin();
  });
}

function showSettings(): void {
  elsewhere(() => settings.show());
}

/** The service refuses this phone: it was replaced, or the subscription has ended. */
function unregistered(): void {
  elsewhere(() => void replaced.show());
}

async function smartOtpsOnly(): Promise<void> {
  await forget();
  toHome();
}

async function enrolAgain(): Promise<void> {
  await forget();
  enrolling.begin();
}

/** Resets the app to its first start: notices and Smart OTPs go with the keys. */
async function reset(): Promise<void> {
  installation.notices = [];
  phones.smartOtps = [];
  await enrolAgain();
}

/** Deletes the main phone's keys; the push token stays, because it belongs to the platform. */
async function forget(): Promise<void> {
  phones.main = undefined;
  phones.testing = false;
  request = undefined;
  await phones.keep();
}

function showTime(): void {
  byId('clock', HTMLElement).textContent = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(new Date());
}
