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

/** The data that this installation of the app stores between two starts. A real phone has protected storage for it. */
export interface Installation {
  /** Issued once by the push platform. */
  pushToken: string;
  phone: PhoneState | null;
  /** True until the test code was sent back. */
  testing: boolean;
  smartOtps: KeptSmartOtp[];
  /** The last twenty, newest first: the service deletes notices after delivery. */
  notices: KeptNotice[];
}

const KEY = 'pushguard.phone';
const NOTICES_KEPT = 20;

/** The stored installation; a new one takes the push token that the page offers. */
export function loadInstallation(offeredPushToken: string): Installation {
  const kept = localStorage.getItem(KEY);
  const empty = { pushToken: offeredPushToken, phone: null, testing: false, smartOtps: [], notices: [] };
  // Data of an older version may lack newer members.
  if (kept !== null) return { ...empty, ...(JSON.parse(kept) as Partial<Installation>) };
  const fresh: Installation = empty;
  saveInstallation(fresh);
  return fresh;
}

export function saveInstallation(installation: Installation): void {
  localStorage.setItem(KEY, JSON.stringify(installation));
}

export function keepNotice(installation: Installation, notice: KeptNotice): void {
  installation.notices = [notice, ...installation.notices].slice(0, NOTICES_KEPT);
  saveInstallation(installation);
}

/** Calls back when another tab shows the same phone and changed its data. */
export function onOtherTab(changed: () => void): void {
  addEventListener('storage', ({ key }) => {
    if (key === KEY || key === null) changed();
  });
}
