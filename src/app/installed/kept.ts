import { createStore, get, set } from 'idb-keyval';
import type { Installation, InstallationStore } from '../screens/installation.ts';

const DATABASE = 'pushguard.app';
const KEY = 'installation';
/** Stands in localStorage, which browsers clear on other occasions than databases. */
const KNOWN = 'pushguard.app.enrolled';

/**
 * Keeps the installation in IndexedDB, because only it stores private keys that no script can read. Beside it, a mark
 * without any secret remembers that the app was enrolled, so that a person whose browser cleared the database learns why
 * the app begins anew.
 */
export class KeptInBrowser implements InstallationStore {
  private readonly store = createStore(DATABASE, 'kept');
  private readonly tabs = new BroadcastChannel(DATABASE);

  load(): Promise<Partial<Installation> | undefined> {
    return get<Partial<Installation>>(KEY, this.store);
  }

  async save(installation: Installation): Promise<void> {
    await set(KEY, installation, this.store);
    if (installation.phone === null) localStorage.removeItem(KNOWN);
    else localStorage.setItem(KNOWN, installation.phone.serialNumber);
    this.tabs.postMessage('changed');
  }

  onOtherTab(changed: () => void): void {
    this.tabs.addEventListener('message', changed);
  }

  /** The serial number of the phone whose keys the browser has cleared; undefined if it has not. */
  async cleared(): Promise<string | undefined> {
    const kept = await this.load();
    return kept?.phone ? undefined : (localStorage.getItem(KNOWN) ?? undefined);
  }
}
