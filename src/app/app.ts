import type { HistoryEntry, Phone, PhoneAlert } from '../phone/phone.ts';
import { make } from '../pages/browser/element.ts';
import { AlertAnswer } from './screens/alert-answer.ts';
import { alertSection, type AlertWays, type Answer } from './screens/alerts.ts';
import { Arrivals } from './screens/arrivals.ts';
import { DeviceTest } from './screens/device-test.ts';
import { screen, type Display } from './screens/display.ts';
import { Enrolling, type FirstScreen, type Got } from './screens/enrolling.ts';
import { isUnregistered } from './screens/fault.ts';
import { Home } from './screens/home.ts';
import { loadInstallation, type Installation } from './screens/installation.ts';
import { Institutions } from './screens/institutions.ts';
import { showNotices } from './screens/notices.ts';
import { NewPhoneCode } from './screens/new-phone-code.ts';
import { OneTimeCodes } from './screens/otp.ts';
import { showPastEntry } from './screens/past-entry.ts';
import { Phones } from './screens/phones.ts';
import { PushToken } from './screens/push-token.ts';
import type { Leave } from './screens/pin-refusal.ts';
import { Replaced } from './screens/replaced.ts';
import type { Request } from './screens/request.ts';
import { requestOf } from './screens/request-of.ts';
import { SelfTest } from './screens/self-test.ts';
import { Settings } from './screens/settings.ts';
import { AddingSmartOtp } from './screens/smart-otp.ts';
import { SmsForOneWebsite } from './screens/sms.ts';
import type { Waiting } from './screens/waiting.ts';
import type { InstallationStanding, Platform, Service } from './platform.ts';
import { words } from './words/words.ts';

type TestWays = ConstructorParameters<typeof DeviceTest>[2];

/** The app: which screen is shown, and where each leads. The same on every platform. */
export class App {
  private readonly home: Home;
  private readonly replaced: Replaced;
  private readonly newPhoneCode: NewPhoneCode;
  private readonly addingSmartOtp: AddingSmartOtp;
  private readonly enrolling: Enrolling;
  private readonly settings: Settings;
  private readonly selfTest: SelfTest;
  private readonly arrivals: Arrivals;
  private readonly pushToken: PushToken;
  private readonly alertWays: AlertWays = {
    show: (alert, isLocked) => this.showAlert(alert, isLocked),
    answer: (alert, answer) => this.answerAlert(alert, answer),
  };
  private request: Request | undefined;
  private test: DeviceTest | undefined;
  /** Called at the end of an enrolment that the page around the app does by itself; undefined otherwise. */
  private onPrepared: ((isInUse: boolean) => void) | undefined;

  private constructor(
    private readonly display: Display,
    private readonly platform: Platform,
    private readonly service: Service,
    private readonly installation: Installation,
    private readonly phones: Phones,
    first?: FirstScreen,
  ) {
    const now = () => this.phones.now();
    const toHome = () => this.toHome();
    const unregistered = () => this.unregistered();
    const leaveOf = (phone: Phone) => this.leaveOf(phone);
    const app = { service, platform };
    this.pushToken = new PushToken(platform, installation, phones);
    // A browser that cannot tell how the installation stands must not keep the first screen from being drawn.
    const nothing: InstallationStanding = { offers: [] };
    const standing = async () => (await platform.standing?.(() => this.refresh()).catch(() => nothing)) ?? nothing;
    const reconnect = () => this.pushToken.renew();
    const connect = () => this.pushToken.tell();
    const back = () => this.settings.show();
    this.selfTest = new SelfTest(display, { back, unregistered, standing, connect, reconnect });
    const leaveHome = () => this.elsewhere(() => undefined);
    this.newPhoneCode = new NewPhoneCode(display, now, { leaveHome, home: toHome });
    this.addingSmartOtp = new AddingSmartOtp(display, phones, app, (...test) => this.beginTest(...test), leaveOf);
    this.home = new Home(display, phones, this.newPhoneCode, {
      alert: this.alertWays,
      request: (waiting) => this.showRequest(waiting),
      otp: (phone) => this.showOneTimeCodes(phone),
      past: (entry) => this.elsewhere(() => this.showPastEntry(entry)),
      settings: () => this.elsewhere(() => this.settings.show()),
      register: () => this.elsewhere(() => this.enrolling.begin()),
      institutions: () => this.elsewhere(() => this.showInstitutions()),
      sms: (phone) => this.elsewhere(() => this.showSms(phone)),
      enrolAgain: (phone) => this.elsewhere(() => this.leaveOf(phone).enrolAgain()),
      goOn: (smartOtp) => this.elsewhere(() => this.addingSmartOtp.goOn(smartOtp)),
      finish: () => this.resumeTest(),
      testOver: () => this.dropTest(),
      unregistered,
      standing,
      reconnect,
    });
    this.replaced = new Replaced(display, phones, this.newPhoneCode, {
      ...this.alertWays,
      enrolAgain: () => this.elsewhere(() => this.enrolling.begin()),
      smartOtpsOnly: () => this.elsewhere(() => void this.smartOtpsOnly()),
    });
    const screens = { home: this.home, newPhoneCode: this.newPhoneCode, selfTest: this.selfTest };
    this.arrivals = new Arrivals(display, platform, installation, phones, screens, {
      shown: () => ({ request: this.request, test: this.test }),
      refresh: () => this.refresh(),
      request: (id) => this.openRequest(id),
      alert: (id) => this.elsewhere(() => void this.home.openAlert(id)),
      home: toHome,
      institutions: () => this.elsewhere(() => this.showInstitutions()),
      notices: () => this.elsewhere(() => this.showNotices()),
      unregistered,
    });
    this.enrolling = new Enrolling(
      display,
      app,
      (enrolled) => this.takeEnrolled(enrolled),
      {
        addSmartOtp: (back) => this.addingSmartOtp.begin(back),
        elsewhere: () => (this.phones.all.length > 0 ? toHome : undefined),
      },
      first,
    );
    this.settings = new Settings(display, phones, app, () => this.installation.notices, {
      home: toHome,
      leaveOf,
      withCode: (back) => (this.phones.main ? this.enrolling.beginAgain(back) : this.enrolling.begin()),
      addSmartOtp: (back) => this.addingSmartOtp.begin(back),
      goOn: (smartOtp) => this.addingSmartOtp.goOn(smartOtp),
      check: (phone) => this.selfTest.show(phone),
      reset: () => void this.reset(),
    });
  }

  /** Loads the installation. Rejects where the platform cannot store one. */
  static async load(display: Display, platform: Platform, service: Service, first?: FirstScreen): Promise<App> {
    const installation = await loadInstallation(platform.store);
    const phones = await Phones.restore(installation, platform.store);
    return new App(display, platform, service, installation, phones, first);
  }

  /** Receives pushes, and follows what other tabs change, from now on. */
  listen(): void {
    const refresh = () => {
      this.refresh();
      void this.takeNotices();
    };
    this.platform.store.onOtherTab(() => location.reload());
    addEventListener('focus', refresh);
    document.addEventListener('visibilitychange', refresh);
    this.platform.receivePushes({
      onPush: (data) => void this.arrivals.take(data),
      onGap: refresh,
      look: () => void this.home.look(),
    });
    void this.replacePushToken();
    void this.takeNotices();
  }

  /** Shows the first screen: the requests, the test of a first registration, or the enrolment. */
  showFirst(): void {
    if (this.isEnrolled) this.toHome();
    else this.enrolling.begin();
  }

  /** Whether this installation has any device. */
  get isEnrolled(): boolean {
    return this.phones.all.length > 0;
  }

  /** Begins the enrolment with a code that a link brought. */
  enrolWith(code: string): void {
    const { main, tested } = this.phones;
    const isRegistered = main !== undefined || tested !== undefined;
    this.elsewhere(() => this.enrolling.followLink(code, isRegistered, () => this.toHome()));
  }

  /** Opens the request with this id, or the list if it is over. */
  openRequest(id: string): void {
    if (this.phones.inUse.length === 0) this.toHome();
    else this.elsewhere(() => void this.home.open(id));
  }

  /**
   * Begins anew with the code that `getCode` gets and this PIN, and finishes the test without asking. Resolves with whether
   * the phone is in use. Only the demonstration offers it.
   */
  async prepare(getCode: () => Promise<Got | HTMLElement>, pin: string): Promise<boolean> {
    await this.reset();
    const got = await getCode();
    if (got instanceof HTMLElement) {
      this.enrolling.begin(got);
      return false;
    }
    const finished = new Promise<boolean>((resolve) => (this.onPrepared = resolve));
    await this.enrolling.prepare(got, pin);
    if (this.isEnrolled) return finished;
    this.onPrepared = undefined;
    return false;
  }

  /** Tells the service the token by which pushes reach this installation, if it knows another one. */
  async replacePushToken(): Promise<void> {
    await this.pushToken.tell();
  }

  /** Takes the notices that no page has kept yet. */
  async takeNotices(): Promise<void> {
    await this.arrivals.takeNotices();
  }

  private toHome(): void {
    // Without a phone in use there is nothing but the test.
    if (this.phones.tested && !this.phones.main) this.resumeTest();
    else this.elsewhere(() => void this.home.show());
  }

  /** Asks the service again, if the screen shows what it says of the subscription. */
  private refresh(): void {
    this.home.refresh();
    this.replaced.refresh();
  }

  /** One alert on a screen of its own. */
  private showAlert(alert: PhoneAlert, isLocked: boolean): void {
    this.elsewhere(() => {
      this.display.clearNotification('alert');
      const back = () => this.toHome();
      this.display.show(() =>
        screen({ title: words.alerts.title, kind: 'one-alert', back }, alertSection(alert, isLocked, this.alertWays)),
      );
    });
  }

  private answerAlert(alert: PhoneAlert, answer: Answer): void {
    const { main } = this.phones;
    if (!main) return;
    this.elsewhere(() => {
      // The person is reading about it already.
      this.display.clearNotification('notice');
      const given = (enrolment: Parameters<NewPhoneCode['take']>[0]) => this.newPhoneCode.take(enrolment);
      const ways = { ...this.leaveOf(main), back: () => this.toHome(), given };
      new AlertAnswer(this.display, main, alert, answer, ways).askPin();
    });
  }

  private showInstitutions(): void {
    const leaveOf = (phone: Phone) => this.leaveOf(phone);
    void new Institutions(this.display, this.phones, leaveOf, () => this.toHome()).show();
  }

  private showNotices(): void {
    const ways = { back: () => this.toHome(), institutions: () => this.showInstitutions() };
    showNotices(this.display, this.installation.notices, ways);
  }

  private showPastEntry(entry: HistoryEntry): void {
    const [phone] = this.phones.inUse;
    if (!phone) return;
    const { home: back, unregistered } = this.leaveOf(phone);
    showPastEntry(this.display, phone, entry, { back, unregistered });
  }

  private showSms(phone: Phone): void {
    const ways = { ...this.leaveOf(phone), back: () => this.toHome() };
    void new SmsForOneWebsite(this.display, phone, () => this.phones.now(), ways).show();
  }

  /** Leaves the list, and any open request, for another screen. */
  private elsewhere(show: () => void): void {
    this.home.leave();
    this.replaced.leave();
    this.request?.abandon();
    [this.request, this.test] = [undefined, undefined];
    show();
  }

  /** Where the screens of a device lead to when they end. */
  private leaveOf(phone: Phone): Leave {
    const home = () => this.toHome();
    const enrolAgain = () => this.elsewhere(() => this.enrolling.begin());
    const smartOtp = this.phones.smartOtpOn(phone);
    if (!smartOtp) {
      const withCode = () => this.elsewhere(() => this.enrolling.beginAgain(home));
      return { home, withCode, codeFrom: 'service', unregistered: () => this.unregistered(), enrolAgain };
    }
    const withCode = () => this.elsewhere(() => this.addingSmartOtp.begin(home));
    // The list shows that the Smart OTP is gone, and offers to remove it.
    return { home, withCode, codeFrom: 'institution', unregistered: home, enrolAgain: withCode };
  }

  private beginTest(phone: Phone, then: TestWays): void {
    this.home.leave();
    const over = <Said extends unknown[]>(next: (...said: Said) => Promise<void>) => {
      return async (...said: Said) => {
        this.test = undefined;
        await next(...said);
      };
    };
    const ways = { ...then, passed: over(then.passed), failed: over(then.failed) };
    this.test = new DeviceTest(this.display, phone, ways, this.onPrepared !== undefined);
    this.test.begin();
  }

  private async takeEnrolled({ phone, pushToken }: { phone: Phone; pushToken: string }): Promise<void> {
    await this.phones.beginTest(phone, pushToken);
    this.resumeTest();
  }

  /** The test of another registration of this phone. The one in use goes on, unless the service has ended it. */
  private resumeTest({ hasEnded = false } = {}): void {
    const { main, tested } = this.phones;
    if (!tested) return;
    const { meanwhile, ended } = words.enrolAgain;
    const note = main && registrationOf(main).then((it) => ({ works: meanwhile, ended, unknown: undefined })[it]);
    const back = main && !hasEnded && (() => this.toHome());
    this.elsewhere(() => this.testOwn(tested, { ...(back && { back }), ...(note && { note }) }));
  }

  private testOwn(phone: Phone, aside: Pick<TestWays, 'back' | 'note'>): void {
    this.beginTest(phone, {
      ...aside,
      passed: async () => {
        await this.phones.passTest();
        this.display.say(words.active);
        this.toHome();
        this.onPrepared?.(true);
        this.onPrepared = undefined;
      },
      failed: async (said) => {
        this.onPrepared?.(false);
        this.onPrepared = undefined;
        await this.dropTest();
        const { main } = this.phones;
        if (!main) {
          this.enrolling.begin(said);
          return;
        }
        // That the former registration still works is said only where the service says so.
        const registration = await this.display.busy(() => registrationOf(main));
        const kept = registration === 'works' ? [make('p', { class: 'hint' }, words.enrolAgain.kept)] : [];
        this.enrolling.beginAgain(() => this.toHome(), said, ...kept);
      },
    });
  }

  /** Forgets the phone under test, because the service has ended the test. The one in use goes on. */
  private async dropTest(): Promise<void> {
    await this.phones.failTest();
    // The platform may have given another token meanwhile, of which the phone in use has not told the service.
    void this.replacePushToken();
  }

  private showRequest(waiting: Waiting): void {
    this.elsewhere(() => {
      this.display.clearNotification();
      this.request = requestOf(this.display, this.phones, waiting, this.leaveOf(waiting.phone));
      this.request.show();
    });
  }

  private showOneTimeCodes(phone: Phone): void {
    this.elsewhere(() => {
      const leave = { ...this.leaveOf(phone), back: () => this.toHome() };
      new OneTimeCodes(this.display, phone, this.service.terms, leave, () => this.phones.keep()).begin();
    });
  }

  /** The service refuses this phone: it was replaced, or the subscription has ended. */
  private unregistered(): void {
    if (this.phones.tested) this.resumeTest({ hasEnded: true });
    else this.elsewhere(() => void this.replaced.show());
  }

  private async smartOtpsOnly(): Promise<void> {
    await this.phones.forgetMain();
    this.toHome();
  }

  /** Resets the app to its first start: notices and Smart OTPs go with the keys. */
  private async reset(): Promise<void> {
    this.installation.notices = [];
    this.phones.smartOtps = [];
    this.request = undefined;
    // The push token stays, because it belongs to the platform.
    await this.phones.forgetMain();
    this.enrolling.begin();
  }
}

/** Whether the registration of a phone can be used, as the service says. */
async function registrationOf(phone: Phone): Promise<'works' | 'ended' | 'unknown'> {
  try {
    const { state, pinLocked, subscription } = await phone.standing();
    return state === 'active' && !pinLocked && subscription === 'active' ? 'works' : 'unknown';
  } catch (error) {
    return isUnregistered(error) ? 'ended' : 'unknown';
  }
}
