import { all, byId, make } from './page/element.ts';

/** Wide enough for the shop and a phone beside it; the stylesheet has the same number. */
const WIDE = matchMedia('(min-width: 900px)');
const POPUP = 'popup,width=440,height=760,left=40,top=60';
const RETRY_MS = 3000;

const form = byId('verify', HTMLFormElement);

showPhone();
WIDE.addEventListener('change', showPhone);
form.addEventListener('submit', (event) => {
  const wanted = event.submitter instanceof HTMLButtonElement ? event.submitter.value : 'popup';
  openIn(wanted === 'popup' && WIDE.matches ? 'popup' : 'tab');
});
for (const button of all('[data-copy]')) button.addEventListener('click', () => void copy(button));
addEventListener('message', comeBack);
void readTexts();

/** A phone is loaded when there is room for it: a narrow page opens its own in another tab. */
function showPhone(): void {
  const frame = byId('phone', HTMLIFrameElement);
  if (WIDE.matches && !frame.src) frame.src = frame.dataset['src'] ?? '';
  byId('same-tab', HTMLButtonElement).hidden = !WIDE.matches;
}

/** The window goes where its form is sent: into a popup, opened before so that it knows its opener, or this tab. */
function openIn(place: 'popup' | 'tab'): void {
  const popup = place === 'popup' ? open('', 'pushguard-window', POPUP) : null;
  form.target = popup ? 'pushguard-window' : '_self';
  popup?.focus();
}

/** The window tells its opener that it has ended, and only this: what became of it the shop's server asks for. */
function comeBack({ origin, data }: MessageEvent<unknown>): void {
  if (origin !== location.origin || typeof data !== 'object' || data === null) return;
  const { type, windowId, state } = data as Partial<Record<string, unknown>>;
  if (type !== 'pushguard.window' || typeof windowId !== 'string' || typeof state !== 'string') return;
  location.assign(`/demo/return?${new URLSearchParams({ windowId, state }).toString()}`);
}

async function copy(button: HTMLElement): Promise<void> {
  await navigator.clipboard.writeText(button.dataset['copy'] ?? '');
  const copied = byId('copied', HTMLElement);
  const text = copied.dataset['text'] ?? '';
  copied.textContent = text;
  const label = button.textContent;
  button.textContent = text;
  setTimeout(() => {
    button.textContent = label;
    copied.textContent = '';
  }, 1500);
}

interface ReceivedText {
  to: string;
  text: string;
}

/** Shows what the SMS centre sends while this page is open. */
async function readTexts(): Promise<void> {
  let after = (await askTexts('wait=0'))?.length ?? 0;
  for (;;) {
    const texts = await askTexts(`wait=25&after=${after}`);
    if (!texts) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
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
