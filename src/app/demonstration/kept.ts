import type { Installation, InstallationStore } from '../screens/installation.ts';

const KEY = 'pushguard.phone';

/** Keeps the demonstration's phone as text, so that a developer can read it. A real phone has protected storage for it. */
export class KeptAsText implements InstallationStore {
  /** Issued once, as a push platform does. */
  readonly pushToken: string;

  constructor(offeredPushToken: string) {
    const kept = read();
    this.pushToken = kept?.pushToken ?? offeredPushToken;
    if (!kept) localStorage.setItem(KEY, JSON.stringify({ pushToken: this.pushToken }));
  }

  load(): Promise<Partial<Installation> | undefined> {
    return Promise.resolve(read());
  }

  save(installation: Installation): Promise<void> {
    localStorage.setItem(KEY, JSON.stringify({ ...installation, pushToken: this.pushToken }));
    return Promise.resolve();
  }

  onOtherTab(changed: () => void): void {
    addEventListener('storage', ({ key }) => {
      if (key === KEY || key === null) changed();
    });
  }
}

function read(): Partial<Installation> | undefined {
  const kept = localStorage.getItem(KEY);
  return kept === null ? undefined : (JSON.parse(kept) as Partial<Installation>);
}
