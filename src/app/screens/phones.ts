import { SimulatedCard } from '../../phone/card.ts';
import { Phone, type PhoneState } from '../../phone/phone.ts';
import type { Installation, InstallationStore, KeptSmartOtp } from './installation.ts';
import { words } from '../words/words.ts';

/** An institution's Smart OTP: a separate device in this app, with its own keys and PIN. */
export interface SmartOtp {
  phone: Phone;
  /** True until its test code was sent back. */
  testing: boolean;
  /** Both are known once it can sign. */
  institution: string | null;
  vendorCode: string | null;
  card: SimulatedCard | null;
}

/** The devices of this installation: the subscription's own phone, and any number of Smart OTPs. */
export class Phones {
  /** The phone in use, also while another one is under test: the service knows it until that test has passed. */
  main: Phone | undefined;
  /** The phone under test, until its test code was sent back. */
  tested: Phone | undefined;
  smartOtps: SmartOtp[] = [];
  /** The push token that the service knows of the main phone; the installation has that of the tested one, if there is one. */
  private mainToken = '';
  private clockOffsetMs = 0;

  private constructor(
    private readonly installation: Installation,
    private readonly store: InstallationStore,
  ) {}

  static async restore(installation: Installation, store: InstallationStore): Promise<Phones> {
    const { phone, testing, former, pushToken } = installation;
    const phones = new Phones(installation, store);
    const [last, before] = await Promise.all([restorePhone(phone), restorePhone(former?.phone)]);
    phones.main = testing ? before : last;
    phones.tested = testing ? last : undefined;
    phones.mainToken = former?.pushToken ?? pushToken;
    phones.smartOtps = await Promise.all(installation.smartOtps.map(restoreSmartOtp));
    phones.takeClock();
    return phones;
  }

  /** Takes a phone under test. The main one stays in use. */
  async beginTest(phone: Phone, pushToken: string): Promise<void> {
    if (!this.tested) this.mainToken = this.installation.pushToken;
    this.installation.pushToken = pushToken;
    this.tested = phone;
    await this.keep();
  }

  /** The tested phone takes the place of the main one, which the service has revoked. */
  async passTest(): Promise<void> {
    this.main = this.tested;
    this.tested = undefined;
    await this.keep();
  }

  /** Forgets the phone that failed its test. */
  async failTest(): Promise<void> {
    if (this.main) this.installation.pushToken = this.mainToken;
    this.tested = undefined;
    await this.keep();
  }

  /** Deletes the keys of the main phone, and of the one under test. */
  async forgetMain(): Promise<void> {
    this.main = undefined;
    this.tested = undefined;
    await this.keep();
  }

  /** Whether the service knows this token of every phone. */
  knowsToken(pushToken: string): boolean {
    const { main, tested, installation } = this;
    return pushToken === installation.pushToken && (!main || !tested || pushToken === this.mainToken);
  }

  /** The service was told this token of every phone. */
  async keepToken(pushToken: string): Promise<void> {
    this.installation.pushToken = pushToken;
    this.mainToken = pushToken;
    this.installation.pushTokenToldAt = Date.now();
    await this.keep();
  }

  /** Stores all of them, overwriting the previous state. */
  async keep(): Promise<void> {
    const { installation, main, tested, mainToken } = this;
    const [phone, before, smartOtps] = await Promise.all([
      (tested ?? main)?.toState() ?? null,
      tested && main ? main.toState() : null,
      Promise.all(this.smartOtps.map(keptSmartOtp)),
    ]);
    const former = before && { phone: before, pushToken: mainToken };
    Object.assign(installation, { phone, testing: tested !== undefined, former, smartOtps });
    this.takeClock();
    await this.store.save(installation);
  }

  /** Milliseconds since 1970, by the service's clock. */
  now(): number {
    return Date.now() + this.clockOffsetMs;
  }

  /** Every device, the main phone first. */
  get all(): Phone[] {
    const own = [this.main, this.tested].filter((phone) => phone !== undefined);
    return [...own, ...this.smartOtps.map(({ phone }) => phone)];
  }

  /** The devices that are enrolled and tested. */
  get inUse(): Phone[] {
    const smartOtps = this.smartOtps.filter(({ testing }) => !testing).map(({ phone }) => phone);
    return [...(this.main ? [this.main] : []), ...smartOtps];
  }

  smartOtpOn(phone: Phone): SmartOtp | undefined {
    return this.smartOtps.find((one) => one.phone === phone);
  }

  async remove(smartOtp: SmartOtp): Promise<void> {
    this.smartOtps = this.smartOtps.filter((one) => one !== smartOtp);
    await this.keep();
  }

  private takeClock(): void {
    const { phone, smartOtps } = this.installation;
    this.clockOffsetMs = (phone ?? smartOtps[0]?.phone)?.clockOffsetMs ?? 0;
  }
}

/** The name that the person sees: that of the institution, once it is known. */
export function nameOf({ institution }: Pick<SmartOtp, 'institution'>): string {
  const { of, name } = words.smartOtp;
  return institution === null ? name : of(institution);
}

async function restorePhone(kept: PhoneState | null | undefined): Promise<Phone | undefined> {
  return kept ? Phone.restore(kept) : undefined;
}

async function restoreSmartOtp(kept: KeptSmartOtp): Promise<SmartOtp> {
  const { testing, institution, vendorCode } = kept;
  const [phone, card] = await Promise.all([Phone.restore(kept.phone), kept.card && SimulatedCard.of(kept.card)]);
  return { phone, testing, institution, vendorCode, card };
}

async function keptSmartOtp({ phone, card, ...other }: SmartOtp): Promise<KeptSmartOtp> {
  return { ...other, phone: await phone.toState(), card: card?.privateJwk ?? null };
}
