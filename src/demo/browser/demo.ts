import { copyOnPress } from '../../pages/browser/copy.ts';
import { all, byId, make } from '../../pages/browser/element.ts';
import { showPhoneBeside, WIDE } from '../../pages/browser/phone-beside.ts';
import { delay, read, refreshServerLog } from './server-log.ts';

const POPUP = 'popup,width=440,height=760,left=40,top=60';
const RETRY_MS = 3000;

const POPUP_MS = 10_000;
const LOOK_MS = 100;

const form = byId('verify', HTMLFormElement);
const phone = byId('phone', HTMLIFrameElement);
let popup: Window | null = null;

showPhoneBeside();
fitWidth();
WIDE.addEventListener('change', fitWidth);
byId('prepare-all', HTMLButtonElement).addEventListener('click', prepare);
for (const button of all('[data-fill]'))
  button.addEventListener('click', () => void fillIn(button.dataset['fill'] ?? ''));
form.addEventListener('submit', (event) => {
  openIn(event.submitter?.id !== 'same-tab' && WIDE.matches ? 'popup' : 'tab');
});
copyOnPress();
addEventListener('message', (event) => {
  if (event.origin === location.origin && typeof event.data === 'object' && event.data !== null) take(event);
});
void readTexts();
void refreshServerLog();

/** Offers what needs a popup or a phone beside the shop only where there is room for them. */
function fitWidth(): void {
  byId('same-tab', HTMLButtonElement).hidden = !WIDE.matches;
  byId('prepare', HTMLElement).hidden = !WIDE.matches;
  for (const button of all('[data-fill]')) button.hidden = !WIDE.matches;
}

/** Has the phone beside the shop enrol with the chosen line and the demonstration's PIN. */
function prepare(): void {
  const { pin } = byId('prepare', HTMLElement).dataset;
  const lineId = byId('prepare-line', HTMLSelectElement).value;
  byId('prepared', HTMLElement).textContent = '';
  phone.contentWindow?.postMessage({ type: 'pushguard.demo.prepare', lineId, pin }, location.origin);
}

/** Types a person into the window, which it opens first if none is open. The window is of the same origin. */
async function fillIn(person: string): Promise<void> {
  if (!popup || popup.closed) form.requestSubmit();
  const until = Date.now() + POPUP_MS;
  while (!popup?.document.getElementById('phoneNumber') && Date.now() < until) await delay(LOOK_MS);
  for (const [id, value] of Object.entries(JSON.parse(person) as Record<string, string>)) {
    const field = popup?.document.getElementById(id) as HTMLInputElement | null | undefined;
    if (!field) continue;
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  popup?.focus();
}

/**
 * Opens the window where its form is sent: in a popup, opened beforehand so that it knows its opener, or in this tab.
 */
function openIn(place: 'popup' | 'tab'): void {
  popup = place === 'popup' ? open('', 'pushguard-window', POPUP) : null;
  form.target = popup ? 'pushguard-window' : '_self';
  popup?.focus();
}

function take({ data, source }: MessageEvent<unknown>): void {
  const { type, windowId, state } = data as Partial<Record<string, unknown>>;
  if (type === 'pushguard.window' && typeof windowId === 'string' && typeof state === 'string') {
    void comeBack(`/demo/return?${new URLSearchParams({ windowId, state }).toString()}`);
  }
  if (type === 'pushguard.demo.prepared' && source === phone.contentWindow) {
    const prepared = byId('prepared', HTMLElement);
    prepared.textContent = prepared.dataset['text'] ?? '';
  }
}

/**
 * The window has ended, and says no more than that: the shop's server reads the outcome. The page shows it in its own
 * place, so that the phone beside it goes on showing its part.
 */
async function comeBack(address: string): Promise<void> {
  const page = await read(address);
  const said = page?.getElementById('said-by-site');
  if (!page || !said) {
    location.assign(address);
    return;
  }
  const outcome = byId('outcome', HTMLElement);
  outcome.replaceChildren(...said.children);
  outcome.hidden = false;
  byId('start', HTMLElement).hidden = true;
  document.title = page.title;
  history.pushState(null, '', address);
  addEventListener('popstate', () => location.reload());
  const title = outcome.querySelector('h1');
  title?.setAttribute('tabindex', '-1');
  title?.focus();
  void refreshServerLog();
}

interface ReceivedText {
  to: string;
  text: string;
}

/** Shows the messages that the SMS centre sends while this page is open. */
async function readTexts(): Promise<void> {
  let after = (await askTexts('wait=0'))?.length ?? 0;
  for (;;) {
    const texts = await askTexts(`wait=25&after=${after}`);
    if (!texts) await delay(RETRY_MS);
    for (const { to, text } of texts ?? []) {
      byId('no-texts', HTMLElement).hidden = true;
      byId('texts', HTMLElement).prepend(make('li', {}, make('strong', {}, to), ' ', text));
    }
    after += texts?.length ?? 0;
  }
}

async function askTexts(query: string): Promise<ReceivedText[] | undefined> {
  try {
    const response = await fetch(`/local/sms-outbox?${query}`);
    return response.ok ? ((await response.json()) as ReceivedText[]) : undefined;
  } catch {
    return undefined;
  }
}
