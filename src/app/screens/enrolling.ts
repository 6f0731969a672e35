import type { EnrolmentConsent, Phone } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { enrolmentHere, type Handset, type Platform, type Service } from '../platform.ts';
import { codeFields } from './code-field.ts';
import { button, faultLine, screen, type Display } from './display.ts';
import { FirstPin, Unanswered } from './first-pin.ts';
import { askOffered, showAgreement, showOffered } from './offered.ts';
import { readEnrolmentCode } from './read-enrolment.ts';
import { words } from '../words/words.ts';

/** A code, and the phone that is enrolled with it if the app does not run on it. */
export interface Got {
  enrolmentCode: string;
  handset?: Handset;
}

/** A way to a code that only this platform offers: what the first screen shows of it, above the field of a code. */
export type OwnWay = (then: { got: (got: Got) => void; again: (said: HTMLElement) => void }) => HTMLElement[];

/** What a platform adds to the first screen. */
export interface FirstScreen {
  ownWay?: OwnWay;
  /** Stands below the field of a code: where to get one. */
  help?: () => HTMLElement[];
}

/** First use: the person brings a code, permits what the app needs, and sets the PIN. */
export class Enrolling {
  /** The screen to which a failed enrolment returns. */
  private startOver: (said: HTMLElement) => void = (said) => this.begin(said);
  private readonly unanswered = new Unanswered();

  constructor(
    private readonly display: Display,
    private readonly app: { service: Service; platform: Platform },
    private readonly onEnrolled: (enrolled: { phone: Phone; pushToken: string }) => Promise<void>,
    private readonly ways: {
      /** An institution's code enrols a Smart OTP, and needs no phone of the subscription beside it. */
      addSmartOtp: (back: () => void) => void;
      /** The screen for a person without a phone of the subscription; undefined if there is nothing to show yet. */
      elsewhere: () => (() => void) | undefined;
    },
    private readonly first: FirstScreen = {},
  ) {}

  /** Asks for a code. */
  begin(...said: HTMLElement[]): void {
    this.startOver = (fault) => this.begin(fault);
    const back = this.ways.elsewhere();
    const own = this.first.ownWay?.({ got: (got) => void this.check(got), again: (fault) => this.begin(fault) });
    this.display.show(() =>
      screen(
        { ...words.welcome, kind: 'welcome', ...(back && { back }) },
        ...said,
        ...(own
          ? [...own, make('details', {}, make('summary', {}, words.haveCode), ...this.codeFields('secondary'))]
          : this.codeFields('primary')),
        ...(this.first.help?.() ?? []),
        button(words.settings.addSmartOtp, () => this.ways.addSmartOtp(() => this.begin()), 'link'),
      ),
    );
  }

  /**
   * Asks for a new code on a phone that is already enrolled. Its present enrolment stays until the code is accepted.
   */
  beginAgain(back: () => void, ...said: HTMLElement[]): void {
    this.startOver = (fault) => this.beginAgain(back, fault);
    const { title, text, website, call } = words.enrolAgain;
    this.display.show(() =>
      screen(
        { title, text, kind: 'again', back },
        make('ul', { class: 'what-to-do' }, make('li', {}, website), make('li', {}, call)),
        ...said,
        ...this.codeFields('primary'),
      ),
    );
  }

  /**
   * Goes on with the code that a link brought. On a phone that is enrolled the person is asked first: anybody can send a
   * link, and the new enrolment takes the place of the keys.
   */
  followLink(text: string, isEnrolled: boolean, back: () => void): void {
    const read = readEnrolmentCode(text, this.app.service.issuer);
    if ('fault' in read) this.begin(faultLine(read.fault));
    else if (isEnrolled) this.askFirst(read.enrolmentCode, back);
    else {
      this.startOver = (fault) => this.begin(fault);
      void this.check(read);
    }
  }

  private askFirst(code: string, back: () => void): void {
    this.startOver = (fault) => this.beginAgain(back, fault);
    const { title, caution, keep } = words.byLink;
    this.display.show(() =>
      screen(
        { title, kind: 'by-link' },
        make('p', { class: 'caution' }, caution),
        button(keep, back),
        ...this.codeFields('secondary', code),
      ),
    );
  }

  /** Enrols with this code and this PIN, without asking. */
  async prepare(got: Got, pin: string): Promise<void> {
    await (await this.firstPin(got)).enrol(pin);
  }

  private codeFields(kind: 'primary' | 'secondary', code?: string): HTMLElement[] {
    const { scan } = this.app.platform;
    const more = { ...(code !== undefined && { code }), ...(scan && { scan: () => this.scan(scan) }) };
    const look = { kind, hint: words.enrolmentCodeFormat, ...more };
    return codeFields(this.app.service.issuer, look, (enrolmentCode) => void this.check({ enrolmentCode }));
  }

  private scan(scan: NonNullable<Platform['scan']>): void {
    const { issuer } = this.app.service;
    scan({
      read: (text) => {
        const read = readEnrolmentCode(text, issuer);
        if ('fault' in read) return read.fault;
        void this.check(read);
        return undefined;
      },
      back: () => this.begin(),
    });
  }

  /** Asks for consent to what the code enrols, and whether it is right, before the PIN. Until then nothing is enrolled. */
  private async check(got: Got): Promise<void> {
    if (this.unanswered.resume(got.enrolmentCode)) return;
    const { issuer } = this.app.service;
    const offered = await askOffered(this.display, { issuer, enrolmentCode: got.enrolmentCode, kind: 'phone' });
    if (offered instanceof HTMLElement) {
      this.startOver(offered);
      return;
    }
    const wrong = () => this.startOver(faultLine(words.offered.notMine));
    showAgreement(this.display, offered, {
      agreed: (consent) =>
        showOffered(this.display, offered, { right: () => void this.choosePin({ ...got, consent }), wrong }),
      refused: () => this.startOver(faultLine(words.agreement.refused)),
    });
  }

  private async choosePin(got: Got & { consent: EnrolmentConsent }): Promise<void> {
    await this.app.platform.askPermissions?.();
    (await this.firstPin(got)).choose();
  }

  private async firstPin({ enrolmentCode, handset, consent }: Got & { consent?: EnrolmentConsent }): Promise<FirstPin> {
    const { service, platform } = this.app;
    const here = await enrolmentHere(platform, handset);
    const { pushToken } = here;
    const enrolled = (phone: Phone) => this.onEnrolled({ phone, pushToken });
    const then = { enrolled, startOver: (said: HTMLElement) => this.startOver(said) };
    return new FirstPin(
      this.display,
      { issuer: service.issuer, enrolmentCode, ...here, ...(consent && { consent }) },
      then,
      this.unanswered,
    );
  }
}
