import type { Phone } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { cardField } from './card.ts';
import { codeFields } from './code-field.ts';
import { Consent } from './consent.ts';
import type { DeviceTest } from './device-test.ts';
import { badge, button, factList, faultLine, screen, type Display } from './display.ts';
import { isUnregistered } from './fault.ts';
import { FirstPin, Unanswered } from './first-pin.ts';
import { askOffered, showOffered } from './offered.ts';
import { nameOf, type Phones, type SmartOtp } from './phones.ts';
import type { Leave } from './pin-refusal.ts';
import { enrolmentHere, nameOfDevice, type Platform, type Service } from '../platform.ts';
import { words } from '../words/words.ts';

const messages = words.smartOtp;
const { serial } = words;

type Test = (phone: Phone, then: ConstructorParameters<typeof DeviceTest>[2]) => void;

/** Adds an institution's Smart OTP: its code, a card if there is one, its own PIN, the test, and consent. */
export class AddingSmartOtp {
  private readonly unanswered = new Unanswered();

  constructor(
    private readonly display: Display,
    private readonly phones: Phones,
    private readonly app: { service: Service; platform: Platform },
    private readonly test: Test,
    private readonly leaveOf: (phone: Phone) => Leave,
  ) {}

  begin(back: () => void, ...said: HTMLElement[]): void {
    const { service, platform } = this.app;
    const card = cardField();
    const given = make('details', {}, make('summary', {}, words.card.given), card.element);
    const choosePin = async (enrolmentCode: string) => {
      const read = await card.read();
      if (read === 'malformed' || this.unanswered.resume(enrolmentCode)) return;
      const enrolled = async (phone: Phone) => {
        const smartOtp = { phone, testing: true, institution: null, vendorCode: null, card: read };
        this.phones.smartOtps.push(smartOtp);
        await this.phones.keep();
        this.goOn(smartOtp);
      };
      const startOver = (fault: HTMLElement) => this.begin(back, fault);
      const { issuer } = service;
      const offered = await askOffered(this.display, { issuer, enrolmentCode, kind: 'smart_otp' });
      if (offered instanceof HTMLElement) {
        startOver(offered);
        return;
      }
      const { name, ...here } = await enrolmentHere(platform);
      const enrolment = { issuer, enrolmentCode, name: nameOfDevice(messages.deviceName(name)), ...here };
      const pin = new FirstPin(this.display, enrolment, { enrolled, startOver }, this.unanswered);
      // The consent to a Smart OTP follows its test.
      const wrong = () => startOver(faultLine(words.offered.notMine));
      showOffered(this.display, offered, { right: () => pin.choose(), wrong });
    };
    const look = { kind: 'primary', hint: messages.format, between: given } as const;
    const fields = codeFields(service.issuer, look, (code) => void choosePin(code));
    this.display.show(() => screen({ ...messages.add, kind: 'smart-otp', back }, ...said, ...fields));
  }

  /** Resumes at the step where it was interrupted: a person may put the phone away between two steps. */
  goOn(smartOtp: SmartOtp): void {
    const { phone } = smartOtp;
    if (!smartOtp.testing) {
      this.askConsent(smartOtp);
      return;
    }
    const passed = async () => {
      smartOtp.testing = false;
      await this.phones.keep();
      this.askConsent(smartOtp);
    };
    const failed = async (said: HTMLElement) => {
      await this.phones.remove(smartOtp);
      this.begin(this.leaveOf(phone).home, said);
    };
    this.test(phone, { passed, failed, back: this.leaveOf(phone).home });
  }

  private askConsent(smartOtp: SmartOtp): void {
    const { phone } = smartOtp;
    const leave = this.leaveOf(phone);
    const asked = { kind: 'sign', terms: this.app.service.terms } as const;
    new Consent(this.display, phone, asked, { ...leave, back: leave.home }, async ({ vendorCode }) => {
      smartOtp.vendorCode = vendorCode;
      await this.phones.keep();
      await this.display.busy(() => this.settle(smartOtp));
      this.showDone(smartOtp);
    }).show();
  }

  /** Learns the institution's name, and removes the Smart OTP that this one replaced. */
  private async settle(smartOtp: SmartOtp): Promise<void> {
    const known = await smartOtp.phone.authenticators().catch(() => []);
    smartOtp.institution = known[0]?.issuer?.name ?? null;
    for (const other of this.phones.smartOtps.filter((one) => one !== smartOtp)) {
      // Another line of the same person may have a Smart OTP of the same institution; that one stays.
      if (other.vendorCode === smartOtp.vendorCode && (await isGone(other.phone))) await this.phones.remove(other);
    }
    await this.phones.keep();
  }

  private showDone(smartOtp: SmartOtp): void {
    const { phone, vendorCode } = smartOtp;
    this.display.show(() =>
      screen(
        { ...messages.done(nameOf(smartOtp)), kind: 'ended verified' },
        badge(),
        factList([
          [serial, phone.serialNumber],
          [words.authenticators.vendorCode, vendorCode ?? ''],
        ]),
        button(words.done, this.leaveOf(phone).home),
      ),
    );
  }
}

async function isGone(phone: Phone): Promise<boolean> {
  return phone.authenticators().then(
    () => false,
    (error: unknown) => isUnregistered(error),
  );
}
