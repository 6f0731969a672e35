import { byId } from '../pages/browser/element.ts';
import { locale } from '../pages/browser/locale.ts';
import { App } from './app.ts';
import { DemoLines, SCREEN_PHONE, type OfferedLine } from './demonstration/lines.ts';
import { KeptAsText } from './demonstration/kept.ts';
import { PushInbox } from './demonstration/push-inbox.ts';
import { serviceIn, type Platform } from './platform.ts';
import { Display } from './screens/display.ts';
import { words } from './words/words.ts';

// The demonstration's phone on the screen: its push service is the outbox of the local stand-ins.
const page = byId('phone', HTMLElement).dataset;
const store = new KeptAsText(page['pushToken'] ?? '');
const { pushToken } = store;
// Before the first screen: a request that begins once the screen is there must not be missed.
const inbox = await PushInbox.open(pushToken);
const display = new Display();
const platform: Platform = {
  path: '/phone',
  exportableKeys: true,
  store,
  handset: () => Promise.resolve(SCREEN_PHONE),
  nameOf: (handset) => `${words.deviceName} (${handset.platform === 'ios' ? 'iPhone' : 'Android'})`,
  pushToken: () => Promise.resolve(pushToken),
  receivePushes: (to) => void inbox.receive(to),
};
const lines = new DemoLines(display, JSON.parse(page['lines'] ?? '[]') as OfferedLine[]);
const app = await App.load(display, platform, serviceIn(page), { ownWay: lines.choice });

// Beside the shop, the shop sets the language.
document.body.classList.toggle('framed', self !== top);
showTime();
setInterval(showTime, 1000);
addEventListener('message', ({ origin, source, data }: MessageEvent<unknown>) => {
  if (origin !== location.origin || source !== parent || typeof data !== 'object' || data === null) return;
  const { type, lineId, pin } = data as Partial<Record<string, unknown>>;
  if (type !== 'pushguard.demo.prepare' || typeof lineId !== 'string' || typeof pin !== 'string') return;
  void app
    .prepare(() => lines.code(lineId), pin)
    .then((isDone) => {
      if (isDone) parent.postMessage({ type: 'pushguard.demo.prepared' }, location.origin);
    });
});
app.listen();
app.showFirst();

function showTime(): void {
  byId('clock', HTMLElement).textContent = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(new Date());
}
