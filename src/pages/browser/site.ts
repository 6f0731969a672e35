import { startCountdown } from './countdown.ts';

/** Seconds that the service holds an answer back while nothing changes. */
const WAIT_SECONDS = 20;
const RETRY_MS = 3000;

// Pages work without any of this: it spares people the reloading, and a second press of a button.
for (const form of document.forms) {
  form.addEventListener('submit', (event) => {
    if (form.getAttribute('aria-busy') === 'true') event.preventDefault();
    form.setAttribute('aria-busy', 'true');
  });
}
// A page that the browser kept, for going back, must not stay busy.
addEventListener('pageshow', () => {
  for (const form of document.forms) form.removeAttribute('aria-busy');
});

// Loading such a page again would send its form again, where the page is what a form was answered with.
const followed = document.querySelector<HTMLElement>('[data-follow]');
const address = followed?.dataset['follow'] ?? location.pathname;

const clock = document.querySelector<HTMLElement>('[data-until]');
if (clock?.dataset['until'] !== undefined) {
  const [until, serverNow] = [clock.dataset['until'], Date.parse(clock.dataset['now'] ?? '')];
  const offset = serverNow - Date.now();
  startCountdown({
    element: clock,
    until,
    now: () => Date.now() + offset,
    onEnd: loadAgain,
  });
}
if (followed) void follow(followed.dataset['state'] ?? '');

/** Loads the page again as soon as what it is about has changed. */
async function follow(state: string): Promise<void> {
  for (;;) {
    try {
      const response = await fetch(`${address}/state?wait=${WAIT_SECONDS}&state=${encodeURIComponent(state)}`);
      const answer = (await response.json()) as { state?: string };
      if (!response.ok || answer.state !== state) break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  // What is being typed is not thrown away: the page then says by itself what has changed.
  const typing = [...document.querySelectorAll('input')].some(({ type, value }) => type !== 'hidden' && value !== '');
  if (!typing) loadAgain();
}

function loadAgain(): void {
  // The answer to a form that was sent says more, and is on its way.
  const isLeaving = [...document.forms].some((form) => form.hasAttribute('aria-busy'));
  if (!isLeaving) location.replace(address);
}
