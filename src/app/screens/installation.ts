import type { PrivateJwk } from '../../phone/device-keys.ts';
import type { PhoneState } from '../../phone/phone.ts';

/** A notice about the subscription that this phone received. */
export interface KeptNotice {
  kind: string;
  detail: string | undefined;
  /** RFC 3339. */
  at: string;
}

/** An institution's Smart OTP. */
export interface KeptSmartOtp {
  phone: PhoneState;
  testing: boolean;
  institution: string | null;
  vendorCode: string | null;
  /** A real card never exports its key; this one is simulated. */
  card: PrivateJwk | null;
}

/** The data that this installation of the app stores between two starts. */
export interface Installation {
  /** The push token that the service knows, and when it was told it (milliseconds since 1970). */
  pushToken: string;
  pushTokenToldAt: number;
  phone: PhoneState | null;
  /** True until the test code was sent back. */
  testing: boolean;
  /** The phone in use while `phone` is under test, with the token that the service knows of it. */
  former: { phone: PhoneState; pushToken: string } | null;
  smartOtps: KeptSmartOtp[];
  /** The last twenty, newest first: the service deletes notices after delivery. */
  notices: KeptNotice[];
}

/** Where an installation is stored. */
export interface InstallationStore {
  /** The stored installation; data of an older version may lack newer members. Undefined at the first start. */
  load(): Promise<Partial<Installation> | undefined>;
  save(installation: Installation): Promise<void>;
  /** Calls back when another tab changed the data. */
  onOtherTab(changed: () => void): void;
}

const NOTICES_KEPT = 20;

/** The stored installation; a new one if there is none. */
export async function loadInstallation(store: InstallationStore): Promise<Installation> {
  return {
    pushToken: '',
    pushTokenToldAt: 0,
    phone: null,
    testing: false,
    former: null,
    smartOtps: [],
    notices: [],
    ...(await store.load()),
  };
}

/** Adds a notice to those that the installation keeps, unless it is one of them. */
export function keepNotice(installation: Installation, { kind, detail, at }: KeptNotice): void {
  const others = installation.notices.filter((one) => one.kind !== kind || one.at !== at);
  installation.notices = [{ kind, detail, at }, ...others].slice(0, NOTICES_KEPT);
}
