/** Milliseconds between two looks, and how many: a webhook arrives a moment after the answer that it tells of. */
const LOOK_MS = 1_000;
const LOOKS = 5;

/** Shows the webhooks that arrive after the page was drawn, unless the reader is at the log meanwhile. */
export async function refreshServerLog(): Promise<void> {
  for (let looks = 0; looks < LOOKS && document.getElementById('server-log'); looks += 1) {
    await delay(LOOK_MS);
    const shown = document.getElementById('server-log');
    const now = (await read(location.href))?.getElementById('server-log');
    if (!shown || !now || shown.contains(document.activeElement)) continue;
    if (now.querySelectorAll('li').length > shown.querySelectorAll('li').length) shown.replaceWith(now);
  }
}

/** Reads another page of the shop; undefined if it cannot be read. */
export async function read(address: string): Promise<Document | undefined> {
  const answer = await fetch(address).catch(() => undefined);
  return answer?.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html') : undefined;
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
