import { createStore, update } from 'idb-keyval';

/** A notice that arrived while no page of the app was open. */
export interface WaitingNotice {
  kind: string;
  detail: string | undefined;
  /** RFC 3339. */
  at: string;
}

const KEY = 'waiting';
const MOST = 20;
// Apart from the installation, which pages write as a whole.
const store = createStore('pushguard.notices', 'kept');

/** Keeps a notice until a page of the app opens: the service deletes it after delivery. */
export async function keepForPage(notice: WaitingNotice): Promise<void> {
  await update<WaitingNotice[]>(KEY, (kept = []) => [...kept, notice].slice(-MOST), store);
}

/** Takes what was kept, oldest first; two pages never take the same. */
export async function takeKept(): Promise<WaitingNotice[]> {
  let taken: WaitingNotice[] = [];
  await update<WaitingNotice[]>(
    KEY,
    (kept = []) => {
      taken = kept;
      return [];
    },
    store,
  );
  return taken;
}
