import { byId, make } from '../pages/browser/element.ts';
import { App } from './app.ts';
import { showCleared, showGuide, showNoStorage } from './installed/guides.ts';
import { KeptInBrowser } from './installed/kept.ts';
import { takeWaiting } from './installed/kept-notices.ts';
import { askPermissions } from './installed/permissions.ts';
import { osVersionIn, placeOf } from './installed/place.ts';
import { scanQrCode } from './installed/scan.ts';
import { Standing } from './installed/standing.ts';
import { keepCurrent } from './installed/updates.ts';
import { WebPush } from './installed/web-push.ts';
import { serviceIn, type Handset, type Platform } from './platform.ts';
import { Display } from './screens/display.ts';
import { words } from './words/words.ts';

/** Marks of browsers; one that is built on another names both, so its own mark comes first. */
const BROWSERS = ['SamsungBrowser', 'Whale', 'Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'];
/** Milliseconds between two looks for requests while no push tells of them. */
const LOOK_MS = 5000;

// The app as people install it: keys in IndexedDB, pushes by the browser's push service, a service worker for the rest.
const page = byId('phone', HTMLElement).dataset;
const display = new Display();
const store = new KeptInBrowser();
const push = new WebPush(keepCurrent());
const standing = new Standing(push, () => app?.replacePushToken() ?? Promise.resolve());
const platform: Platform = {
  path: '/app',
  exportableKeys: false,
  store,
  handset,
  nameOf: ({ platform: system }) => {
    const browser = BROWSERS.find((name) => navigator.userAgent.includes(name)) ?? '';
    return words.installed.deviceName(system === 'ios' ? 'iPhone' : 'Android', browser);
  },
  pushToken: (options) => push.token(options),
  receivePushes: ({ onPush, look }) => {
    push.listen((message) => {
      if (message.type === 'push') onPush(message.data);
      else if (message.type === 'notice') void app?.takeNotices();
      else if (message.type === 'open') app?.openRequest(message.id);
      else void app?.replacePushToken();
    });
    setInterval(() => {
      if (!document.hidden) void push.state().then((state) => state !== 'on' && look());
    }, LOOK_MS);
  },
  scan: (to) => void scanQrCode(display, to, page['scanner'] ?? ''),
  takeNotices: takeWaiting,
  askPermissions: () => askPermissions(display, push),
  standing: (refresh) => standing.now(refresh),
};
const app = await begin();

async function begin(): Promise<App | undefined> {
  const place = placeOf({
    userAgent: navigator.userAgent,
    touchPoints: navigator.maxTouchPoints,
    isInstalled: matchMedia('(display-mode: standalone)').matches,
  });
  if (place !== 'ready') {
    showGuide(display, place);
    return undefined;
  }
  try {
    const cleared = await store.cleared();
    const loaded = await App.load(display, platform, serviceIn(page), {
      help: () => [
        make('p', { class: 'hint' }, words.installed.join),
        make('a', { href: '/' }, words.installed.joinLink),
      ],
    });
    loaded.listen();
    if (cleared === undefined) loaded.showFirst();
    else showCleared(display, cleared, () => loaded.showFirst());
    follow(loaded);
    addEventListener('hashchange', () => follow(loaded));
    return loaded;
  } catch {
    showNoStorage(display);
    return undefined;
  }
}

/** Goes where a link or a notification leads. The fragment never reaches a server, so a code may stand in it. */
function follow(to: App): void {
  const asked = new URLSearchParams(location.hash.slice(1));
  const [code, request] = [asked.get('enrol'), asked.get('request')];
  if (code === null && request === null) return;
  // A code serves once, and must not stay in the history.
  history.replaceState(null, '', location.pathname + location.search);
  if (code !== null) to.enrolWith(code);
  else if (request !== null && to.isEnrolled) to.openRequest(request);
}

async function handset(): Promise<Handset> {
  const { userAgent } = navigator;
  if (userAgent.includes('iPhone')) return { platform: 'ios', formFactor: 'phone', osVersion: osVersionIn(userAgent) };
  const hints = (navigator as { userAgentData?: UserAgentHints }).userAgentData;
  const answered = await hints?.getHighEntropyValues(['platformVersion']).catch(() => undefined);
  return { platform: 'android', formFactor: 'phone', osVersion: osVersionIn(userAgent, answered?.platformVersion) };
}

/** What Chromium answers about the phone; its user agent always names Android 10. */
interface UserAgentHints {
  getHighEntropyValues(hints: string[]): Promise<{ platformVersion?: string }>;
}
