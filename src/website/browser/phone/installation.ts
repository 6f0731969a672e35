import type { PhoneState } from '../../../phone/phone.ts';

/** What this installation of the app keeps between two starts. A real phone has protected storage for it. */
export interface Installation {
  /** Given by the push platform, once. */
  pushToken: string;
  phone: PhoneState | null;
  /** Until the test code was sent back. */
  testing: boolean;
}

const KEY = 'pushguard.phone';

/** What was kept; a new installation takes the push token that the page offers. */
export function loadInstallation(offeredPushToken: string): Installation {
  const kept = localStorage.getItem(KEY);
  if (kept !== null) return JSON.parse(kept) as Installation;
  const fresh = { pushToken: offeredPushToken, phone: null, testing: false };
  saveInstallation(fresh);
  return fresh;
}

export function saveInstallation(installation: Installation): void {
  localStorage.setItem(KEY, JSON.stringify(installation));
}

/** Calls back when another tab shows the same phone and something changed there. */
export function onOtherTab(changed: () => void): void {
  addEventListener('storage', ({ key }) => {
    if (key === KEY || key === null) changed();
  });
}
