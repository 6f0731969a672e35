import { copyOnPress } from './copy.ts';
import { startCountdown } from './countdown.ts';
import { readPastedCode, splitResident } from './typed-fields.ts';

/** Seconds for which the service holds an answer while nothing changes. */
const WAIT_SECONDS = 20;
const RETRY_MS = 3000;

// Pages work without this script; it saves people from reloading a page or pressing a button twice.
for (const form of document.forms) {
  form.addEventListener('submit', (event) => {
    if (form.getAttribute('aria-busy') === 'true') event.preventDefault();
    form.setAttribute('aria-busy', 'true');
  });
}
// A page that the browser restores from its back/forward cache must not stay busy.
addEventListener('pageshow', () => {
  for (const form of document.forms) form.removeAttribute('aria-busy');
});

copyOnPress();

const [code, birthDate, genderDigit] = ['code', 'birthDate', 'genderDigit'].map((id) =>
  document.querySelector<HTMLInputElement>(`input#${id}`),
);
if (code) readPastedCode(code);
if (birthDate && genderDigit) splitResident(birthDate, genderDigit);

// Reloading the answer to a form would send the form again, so such a page names another address to follow.
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

/** Reloads the page as soon as its state has changed. */
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
  // Does not discard typed input: the page then shows the change by itself.
  const typing = [...document.querySelectorAll('input')].some(({ type, value }) => type !== 'hidden' && value !== '');
  if (!typing) loadAgain();
}

function loadAgain(): void {
  // The answer to a submitted form is on its way and tells more than a reload would.
  const isLeaving = [...document.forms].some((form) => form.hasAttribute('aria-busy'));
  if (!isLeaving) location.replace(address);
}
