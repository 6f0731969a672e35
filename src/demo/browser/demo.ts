import { copyOnPress } from '../../pages/browser/copy.ts';
import { byId, make } from '../../pages/browser/element.ts';
import { showPhoneBeside, WIDE } from '../../pages/browser/phone-beside.ts';

const POPUP = 'popup,width=440,height=760,left=40,top=60';
const RETRY_MS = 3000;

const form = byId('verify', HTMLFormElement);

showPhoneBeside();
offerSameTab();
WIDE.addEventListener('change', offerSameTab);
form.addEventListener('submit', (event) => {
  openIn(event.submitter?.id !== 'same-tab' && WIDE.matches ? 'popup' : 'tab');
});
copyOnPress();
addEventListener('message', comeBack);
void readTexts();

function offerSameTab(): void {
  byId('same-tab', HTMLButtonElement).hidden = !WIDE.matches;
}

/**
 * Opens the window where its form is sent: in a popup, opened beforehand so that it knows its opener, or in this tab.
 */
function openIn(place: 'popup' | 'tab'): void {
  const popup = place === 'popup' ? open('', 'pushguard-window', POPUP) : null;
  form.target = popup ? 'pushguard-window' : '_self';
  popup?.focus();
}

/** Handles the window's message, which only says that it has ended. The shop's server reads the outcome. */
function comeBack({ origin, data }: MessageEvent<unknown>): void {
  if (origin !== location.origin || typeof data !== 'object' || data === null) return;
  const { type, windowId, state } = data as Partial<Record<string, unknown>>;
  if (type !== 'pushguard.window' || typeof windowId !== 'string' || typeof state !== 'string') return;
  location.assign(`/demo/return?${new URLSearchParams({ windowId, state }).toString()}`);
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
