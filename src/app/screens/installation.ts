import type { PrivateJwk } from '../../phone/device-keys.ts';
import type { PhoneState } from '../../phone/phone.ts';

/** What the service told this phone of the subscription. */
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
  /** A real card keeps its key to itself; this one is simulated. */
  card: PrivateJwk | null;
}

/** What this installation of the app keeps between two starts. A real phone has protected storage for it. */
export interface Installation {
  /** Given by the push platform, once. */
  pushToken: string;
  phone: PhoneState | null;
  /** Until the test code was sent back. */
  testing: boolean;
  smartOtps: KeptSmartOtp[];
  /** The last twenty, newest first: the service forgets them once they were handed over. */
  notices: KeptNotice[];
}

const KEY = 'pushguard.phone';
const NOTICES_KEPT = 20;

/** What was kept; a new installation takes the push token that the page offers. */
export function loadInstallation(offeredPushToken: string): Installation {
  const kept = localStorage.getItem(KEY);
  const empty = { pushToken: offeredPushToken, phone: null, testing: false, smartOtps: [], notices: [] };
  // What an older version kept may lack what this one keeps.
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

/** Calls back when another tab shows the same phone and something changed there. */
export function onOtherTab(changed: () => void): void {
  addEventListener('storage', ({ key }) => {
    if (key === KEY || key === null) changed();
  });
}
