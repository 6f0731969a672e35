import { byId, make } from '../../pages/browser/element.ts';
import { locale } from '../../pages/browser/locale.ts';
import { words } from '../words/words.ts';
import type { ToWorker } from './messages.ts';

const SCRIPT = '/app/service-worker.js';
/** Milliseconds between two questions for a new version while the app stays open. */
const LOOK_MS = 3_600_000;

/**
 * Registers the service worker, which stores the app for the time without a network. A new version waits until the
 * person agrees to it, and then every open page loads it. Resolves with undefined where the browser has no service worker.
 */
export async function keepCurrent(): Promise<ServiceWorkerRegistration | undefined> {
  if (!('serviceWorker' in navigator)) return undefined;
  const { serviceWorker } = navigator;
  const hadVersion = serviceWorker.controller !== null;
  serviceWorker.addEventListener('controllerchange', () => {
    // The first version takes over the page that brought it; only a later one needs the page anew.
    if (hadVersion) location.reload();
  });
  const registration = await serviceWorker
    .register(SCRIPT, { scope: '/app', updateViaCache: 'none' })
    .catch(() => undefined);
  if (!registration) return undefined;
  announce(registration, hadVersion);
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', () => announce(registration, hadVersion));
  });
  let looked = Date.now();
  document.addEventListener('visibilitychange', () => {
    if (document.hidden || Date.now() - looked < LOOK_MS) return;
    looked = Date.now();
    void registration.update().catch(() => undefined);
  });
  void serviceWorker.ready.then(({ active }) => {
    active?.postMessage({ type: 'language', locale } satisfies ToWorker);
  });
  return registration;
}

/** Says that a new version waits, with the button that takes it. */
function announce({ waiting }: ServiceWorkerRegistration, hadVersion: boolean): void {
  if (!waiting || !hadVersion) return;
  const { text, button } = words.installed.update;
  const take = () => waiting.postMessage({ type: 'take-over' } satisfies ToWorker);
  byId('update', HTMLElement).replaceChildren(
    make('span', {}, text),
    make('button', { type: 'button', class: 'small', onclick: take }, button),
  );
}
