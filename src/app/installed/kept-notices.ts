import { createStore, get, update } from 'idb-keyval';

/** A notice that arrived as a push and that no page of the app has kept yet. */
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

/** Stores a notice until a page has kept it: the service deletes it after delivery. */
export async function storeForPages(notice: WaitingNotice): Promise<void> {
  await update<WaitingNotice[]>(KEY, (waiting = []) => [...waiting, notice].slice(-MOST), store);
}

/**
 * Gives what waits to `keep`, oldest first, and deletes it when `keep` resolves. A page that is frozen or discarded before
 * that loses nothing. One page does so at a time.
 */
export async function takeWaiting(keep: (notices: WaitingNotice[]) => Promise<void>): Promise<void> {
  await navigator.locks.request(KEY, async () => {
    const waiting = (await get<WaitingNotice[]>(KEY, store)) ?? [];
    if (waiting.length === 0) return;
    await keep(waiting);
    const isKept = ({ kind, at }: WaitingNotice) => waiting.some((one) => one.kind === kind && one.at === at);
    await update<WaitingNotice[]>(KEY, (now = []) => now.filter((one) => !isKept(one)), store);
  });
}
