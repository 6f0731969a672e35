import type { Enrolment } from '../phone/phone.ts';
import type { InstallationStore, KeptNotice } from './screens/installation.ts';

/** The version that the app reports when it enrols. */
export const APP_VERSION = '1.0.0';

/** What the service tells the app in its page. */
export interface Service {
  issuer: string;
  /** The version of the terms in force. */
  terms: string;
  /** The vendor code, given together with the serial number of a phone that the service enrolled. */
  vendorCode: string;
}

/** Reads what the service wrote into the element of the app. */
export function serviceIn({ issuer = '', terms = '', vendorCode = '' }: DOMStringMap): Service {
  return { issuer, terms, vendorCode };
}

/** What an enrolment tells of the phone. */
export type Handset = Pick<Enrolment, 'platform' | 'formFactor' | 'osVersion'>;

/** What an installation of the app needs of the platform that it runs on: the demonstration's phone, or a browser. */
export interface Platform {
  /** The address of the app's page. */
  readonly path: string;
  /** False where the platform keeps private keys so that no script can read them. */
  readonly exportableKeys: boolean;
  readonly store: InstallationStore;
  handset(): Promise<Handset>;
  /** The person's name for this phone, until there is another one. */
  nameOf(handset: Handset): string;
  /** The token by which pushes reach this installation now; empty while none do. Rejects while this cannot be told. */
  pushToken(options?: { fresh: boolean }): Promise<string>;
  /** Passes on every push from now on. */
  receivePushes(to: {
    onPush: (data: Record<string, string>) => void;
    /** Pushes may have been missed: what is shown is asked for again. */
    onGap: () => void;
    /** No push tells of requests: asks whether other ones wait than those shown. */
    look: () => void;
  }): void;
  /** Asks the person, before the first enrolment, for what the app may use. Resolves when the person goes on. */
  askPermissions?(): Promise<void>;
  /**
   * Reads a QR code with the camera. `read` gets the text of each code that is seen, and returns what is wrong with it;
   * undefined ends the scan.
   */
  readonly scan?: (to: { read: (text: string) => string | undefined; back: () => void }) => void;
  /** Gives the notices that no page has kept yet to `keep`, oldest first, and forgets them when it resolves. */
  takeNotices?(keep: (notices: KeptNotice[]) => Promise<void>): Promise<void>;
  /** How this installation stands, for the first screen, which `refresh` draws anew. Without it, pushes always arrive. */
  standing?(refresh: () => void): Promise<InstallationStanding>;
}

/** How an installation stands, beside what the service says of it. */
export interface InstallationStanding {
  /** Why no push can reach it, with what to do; undefined where pushes can. */
  pushesOff?: { text: string; action?: HTMLElement };
  /** What the platform offers the person. */
  offers: HTMLElement[];
}

/** A name as the service takes it: of at most 64 characters, none of which is cut in two. */
export function nameOfDevice(text: string): string {
  return text
    .slice(0, 64)
    .replace(/[\ud800-\udbff]$/, '')
    .trim();
}

/** What an enrolment on this platform tells of the phone, beside code, PIN and versions. */
export async function enrolmentHere(
  platform: Platform,
  known?: Handset,
): Promise<Handset & Pick<Enrolment, 'name' | 'pushToken' | 'exportableKeys'>> {
  const handset = known ?? (await platform.handset());
  const { exportableKeys } = platform;
  return {
    ...handset,
    name: nameOfDevice(platform.nameOf(handset)),
    pushToken: await platform.pushToken().catch(() => ''),
    exportableKeys,
  };
}
