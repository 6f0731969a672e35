import { SimulatedCard } from '../../phone/card.ts';
import { Phone } from '../../phone/phone.ts';
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
  main: Phone | undefined;
  /** True until the main phone's test code was sent back. */
  testing = false;
  smartOtps: SmartOtp[] = [];
  /** The phone in use before the main one, while that is under test. */
  private former: { phone: Phone; pushToken: string } | undefined;
  private clockOffsetMs = 0;

  private constructor(
    private readonly installation: Installation,
    private readonly store: InstallationStore,
  ) {}

  static async restore(installation: Installation, store: InstallationStore): Promise<Phones> {
    const phones = new Phones(installation, store);
    phones.main = installation.phone ? await Phone.restore(installation.phone) : undefined;
    phones.testing = installation.testing;
    phones.former = await restoreFormer(installation.former);
    phones.smartOtps = await Promise.all(installation.smartOtps.map(restoreSmartOtp));
    phones.takeClock();
    return phones;
  }

  /** Takes a phone under test as the main one. The service still knows the one before it, whose keys stay. */
  async beginTest(phone: Phone, pushToken: string): Promise<void> {
    const { main, installation } = this;
    if (main && !this.testing) this.former = { phone: main, pushToken: installation.pushToken };
    installation.pushToken = pushToken;
    this.main = phone;
    this.testing = true;
    await this.keep();
  }

  /** The main phone passed its test, by which the service revoked the one before it. */
  async passTest(): Promise<void> {
    this.testing = false;
    this.former = undefined;
    await this.keep();
  }

  /** Returns to the phone before the one that failed its test; without a main phone if there was none. */
  async failTest(): Promise<void> {
    if (this.former) this.installation.pushToken = this.former.pushToken;
    this.main = this.former?.phone;
    this.testing = false;
    this.former = undefined;
    await this.keep();
  }

  /** Deletes the keys of the main phone. */
  async forgetMain(): Promise<void> {
    this.main = undefined;
    this.testing = false;
    this.former = undefined;
    await this.keep();
  }

  /** Stores all of them, overwriting the previous state. */
  async keep(): Promise<void> {
    const { installation } = this;
    const [phone, former, smartOtps] = await Promise.all([
      this.main?.toState() ?? null,
      this.former ? keptFormer(this.former) : null,
      Promise.all(this.smartOtps.map(keptSmartOtp)),
    ]);
    Object.assign(installation, { phone, testing: this.testing, former, smartOtps });
    this.takeClock();
    await this.store.save(installation);
  }

  /** Milliseconds since 1970, by the service's clock. */
  now(): number {
    return Date.now() + this.clockOffsetMs;
  }

  /** Every device, the main phone first. */
  get all(): Phone[] {
    return [...(this.main ? [this.main] : []), ...this.smartOtps.map(({ phone }) => phone)];
  }

  /** The devices that are enrolled and tested. */
  get inUse(): Phone[] {
    const smartOtps = this.smartOtps.filter(({ testing }) => !testing).map(({ phone }) => phone);
    return [...(this.main && !this.testing ? [this.main] : []), ...smartOtps];
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

async function restoreFormer(kept: Installation['former']): Promise<{ phone: Phone; pushToken: string } | undefined> {
  return kept ? { ...kept, phone: await Phone.restore(kept.phone) } : undefined;
}

async function keptFormer({ phone, pushToken }: { phone: Phone; pushToken: string }): Promise<Installation['former']> {
  return { phone: await phone.toState(), pushToken };
}

async function restoreSmartOtp(kept: KeptSmartOtp): Promise<SmartOtp> {
  const { testing, institution, vendorCode } = kept;
  const [phone, card] = await Promise.all([Phone.restore(kept.phone), kept.card && SimulatedCard.of(kept.card)]);
  return { phone, testing, institution, vendorCode, card };
}

async function keptSmartOtp({ phone, card, ...other }: SmartOtp): Promise<KeptSmartOtp> {
  return { ...other, phone: await phone.toState(), card: card?.privateJwk ?? null };
}
