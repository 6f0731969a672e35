import type { ToPage } from './messages.ts';

/**
 * Milliseconds that the app waits for its first service worker, and for the push service of the browser, before it does
 * without pushes. A browser that cannot reach its push service answers nothing for a long time.
 */
const PATIENCE_MS = 8000;

/** Why no push reaches this installation. `possible`: the person has not been asked yet. */
export type PushState = 'on' | 'possible' | 'denied' | 'unsupported';

/** The browser's push service, as this installation uses it (RFC 8030, VAPID). */
export class WebPush {
  constructor(private readonly worker: Promise<ServiceWorkerRegistration | undefined>) {}

  async state(): Promise<PushState> {
    if (!('Notification' in window) || !('PushManager' in window)) return 'unsupported';
    if (Notification.permission === 'denied') return 'denied';
    if (Notification.permission === 'default') return 'possible';
    const subscription = await (await this.ready())?.pushManager.getSubscription();
    return subscription ? 'on' : 'unsupported';
  }

  /** Asks the person for notifications, and the browser to keep the app's data. Browsers ask after a tap only. */
  async ask(): Promise<void> {
    if ('Notification' in window) await Notification.requestPermission().catch(() => undefined);
    // Only a page over TLS has it, and not every browser.
    const { storage } = navigator as { storage?: StorageManager };
    await storage?.persist().catch(() => false);
  }

  /**
   * The subscription as the service takes it, made under the service's present key; empty where there can be none. With
   * `fresh`, a new one: the push service does not revive one that it has ended.
   * Rejects when the service cannot be asked for its key: what it knows of this installation then stays.
   */
  async token({ fresh = false } = {}): Promise<string> {
    if (!('Notification' in window) || Notification.permission !== 'granted') return '';
    const registration = await this.ready();
    if (!registration) return '';
    const applicationServerKey = await serviceKey();
    if (applicationServerKey === undefined) return '';
    const kept = await registration.pushManager.getSubscription();
    if (kept && !fresh && keyOf(kept) === applicationServerKey) return tokenOf(kept);
    await kept?.unsubscribe();
    const options = { userVisibleOnly: true, applicationServerKey };
    // A browser without a push service refuses here, such as one on a phone without its maker's services.
    const subscription = await soon(registration.pushManager.subscribe(options));
    return subscription ? tokenOf(subscription) : '';
  }

  /** Calls back with what the service worker says from now on. */
  listen(told: (message: ToPage) => void): void {
    if (!('serviceWorker' in navigator)) return;
    navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<ToPage>) => told(data));
    // Messages that came while the page was loading wait until now.
    navigator.serviceWorker.startMessages();
  }

  private async ready(): Promise<ServiceWorkerRegistration | undefined> {
    if (!(await this.worker)) return undefined;
    return soon(navigator.serviceWorker.ready);
  }
}

/** The result of a promise; undefined if it fails or takes too long. */
async function soon<Result>(promise: Promise<Result>): Promise<Result | undefined> {
  const patience = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), PATIENCE_MS));
  return Promise.race([promise.catch(() => undefined), patience]);
}

/** The service's key; undefined if it has no Web Push. */
async function serviceKey(): Promise<string | undefined> {
  const response = await fetch('/app/v1/push-key');
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`the service answered ${response.status} to a question for its push key`);
  return ((await response.json()) as { applicationServerKey: string }).applicationServerKey;
}

function tokenOf(subscription: PushSubscription): string {
  return JSON.stringify({ ...subscription.toJSON(), applicationServerKey: keyOf(subscription) });
}

function keyOf({ options }: PushSubscription): string {
  const bytes = new Uint8Array(options.applicationServerKey ?? new ArrayBuffer());
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
