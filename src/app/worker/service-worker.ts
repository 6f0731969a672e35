import { withChangedTexts } from '../../domain/changed-texts.ts';
import { LOCALES, type Locale } from '../../domain/locale.ts';
import { storeForPages } from '../installed/kept-notices.ts';
import type { ToPage, ToWorker } from '../installed/messages.ts';
import { PUSHED_WORDS, type PushedWords } from '../words/pushed.ts';
import { readPush, type Push } from './read-push.ts';

declare const self: ServiceWorkerGlobalScope;

/** The files of this version of the app. The server writes it in front of this script. */
declare const SHELL: {
  version: string;
  /** The address of the app's page. */
  page: string;
  /** Addresses of scripts, stylesheets, icons and manifests. */
  files: string[];
  /** The texts of scripts that the operator of the service changed, by language and key. */
  texts: Record<Locale, Record<string, string>>;
};

const PREFIX = 'pushguard-app-';
const CACHE = `${PREFIX}${SHELL.version}`;
const SETTINGS = 'pushguard-settings';
const LANGUAGE = '/app/language';
/**
 * Whether a push may show nothing while a page is visible. Safari ends a subscription after a few such pushes, whatever is
 * visible.
 */
const MAY_BE_SILENT = /Chrome|Firefox/.test(self.navigator.userAgent);

self.addEventListener('install', (event) => event.waitUntil(store()));
self.addEventListener('activate', (event) => event.waitUntil(takeOver()));
self.addEventListener('fetch', (event) => {
  const { pathname, origin, searchParams } = new URL(event.request.url);
  if (origin !== self.location.origin || event.request.method !== 'GET') return;
  if (event.request.mode === 'navigate' && pathname === SHELL.page) {
    event.respondWith(page(event.request, searchParams.get('lang')));
  } else if (SHELL.files.includes(pathname)) {
    event.respondWith(file(event.request));
  }
});
self.addEventListener('push', (event) => event.waitUntil(take(readPush(event.data?.text() ?? ''))));
self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open((event.notification.data ?? {}) as Record<string, string>));
});
self.addEventListener('pushsubscriptionchange', (event) => {
  (event as ExtendableEvent).waitUntil(tellOrShow({ type: 'resubscribe' }, 'resubscribe', 'pushguard-resubscribe'));
});
self.addEventListener('message', (event) => {
  const message = event.data as ToWorker;
  if (message.type === 'take-over') void self.skipWaiting();
  else event.waitUntil(keepLanguage(message.locale));
});

/** Stores every file of this version. The version in use goes on with its own. */
async function store(): Promise<void> {
  const cache = await caches.open(CACHE);
  const addresses = [...LOCALES.map((locale) => pageIn(locale)), ...SHELL.files];
  await cache.addAll(addresses.map((address) => new Request(address, { cache: 'reload' })));
}

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  const older = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE);
  await Promise.all(older.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** The stored page in the language that was asked for, else in the one that the person reads. */
async function page(request: Request, asked: string | null): Promise<Response> {
  const locale = LOCALES.find((one) => one === asked) ?? (await language());
  const cache = await caches.open(CACHE);
  return (await cache.match(pageIn(locale))) ?? fetch(request);
}

async function file(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) ?? fetch(request);
}

function pageIn(locale: Locale): string {
  return `${SHELL.page}?lang=${locale}`;
}

async function keepLanguage(locale: string): Promise<void> {
  const cache = await caches.open(SETTINGS);
  await cache.put(LANGUAGE, new Response(locale));
}

async function language(): Promise<Locale> {
  const cache = await caches.open(SETTINGS);
  const kept = await (await cache.match(LANGUAGE))?.text();
  return LOCALES.find((one) => one === kept) ?? LOCALES[0];
}

/** Hands a push to the open pages. Shows a notification while no page is visible, because browsers require one. */
async function take({ data, notification }: Push): Promise<void> {
  const { t, id = 'pushguard' } = data;
  const kind = t === 'cancelled' ? 'cancelled' : t === 'code' || t === 'test' ? 'code' : 'other';
  const message: ToPage = (await isStored(data)) ? { type: 'notice' } : { type: 'push', data };
  await tellOrShow(message, notification ?? kind, notification?.tag ?? id, data);
}

/**
 * Stores a notice, whether or not a page is open: a page in the background may be frozen, and discarded before it reads a
 * message. False for any other push, and in a browser that stores nothing.
 */
async function isStored({ t, kind, detail }: Record<string, string>): Promise<boolean> {
  if (t !== 'notice' || kind === undefined) return false;
  return storeForPages({ kind, detail, at: new Date().toISOString() }).then(
    () => true,
    () => false,
  );
}

async function tellOrShow(
  message: ToPage,
  notification: keyof PushedWords | { title: string; body: string },
  tag: string,
  data: Record<string, string> = {},
): Promise<void> {
  const pages = await openPages();
  for (const one of pages) one.postMessage(message);
  if (MAY_BE_SILENT && pages.some(({ visibilityState }) => visibilityState === 'visible')) {
    // A visible page shows the cancellation itself, so nothing replaces the request's notification.
    if (data['t'] === 'cancelled') await close(tag);
    return;
  }
  const { title, body } = typeof notification === 'string' ? await wordsOf(notification) : notification;
  const { t = '', id = '' } = data;
  await self.registration.showNotification(title, {
    body,
    tag,
    icon: '/app/icon-192.png',
    badge: '/app/badge-96.png',
    lang: await language(),
    data: { t, id },
    // A repeated request rings again; TypeScript does not know the member.
    ...(t === 'wake' && { renotify: true }),
  });
}

/**
 * Closes the notifications of a tag. Never in front of a new one of the same tag: it replaces the old one by itself, and the
 * browser, which closes in the background, may close the new one.
 */
async function close(tag: string): Promise<void> {
  for (const shown of await self.registration.getNotifications({ tag })) shown.close();
}

async function wordsOf(kind: keyof PushedWords): Promise<{ title: string; body: string }> {
  const locale = await language();
  const { title, text } = withChangedTexts(PUSHED_WORDS[locale], 'pushed', SHELL.texts[locale])[kind];
  return { title, body: text };
}

/** Brings the app to the front, at the request that the notification was about. */
async function open({ t, id }: Record<string, string>): Promise<void> {
  const request = t === 'wake' || t === 'code' ? id : undefined;
  const [page] = await openPages();
  if (!page) {
    await self.clients.openWindow(request === undefined ? SHELL.page : `${SHELL.page}#request=${request}`);
    return;
  }
  if (request !== undefined) page.postMessage({ type: 'open', id: request } satisfies ToPage);
  await page.focus().catch(() => undefined);
}

async function openPages(): Promise<readonly WindowClient[]> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return windows.filter(({ url }) => new URL(url).pathname === SHELL.page);
}
