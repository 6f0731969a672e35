import '../../pages/browser/site.ts';

/** Milliseconds between two questions for what waits. */
const EVERY_MS = 10_000;
/** Milliseconds without input after which the page asks no more, so that an abandoned session ends by itself. */
const IDLE_MS = 300_000;

// Pages work without this script; it saves the agent from reaching for the mouse and from reloading.
const search = document.querySelector<HTMLInputElement>('input[data-search]');
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.altKey || event.metaKey || !search || isTyping()) return;
  event.preventDefault();
  search.focus();
  search.select();
});

// A field that grows with its text is still one line: Enter sends the form.
addEventListener('keydown', (event) => {
  const { target } = event;
  if (event.key !== 'Enter' || event.isComposing || !(target instanceof HTMLTextAreaElement) || target.rows !== 1)
    return;
  event.preventDefault();
  target.form?.requestSubmit();
});

let usedAt = Date.now();
for (const kind of ['keydown', 'pointerdown', 'pointermove', 'focus']) {
  addEventListener(
    kind,
    () => {
      usedAt = Date.now();
    },
    { passive: true },
  );
}

const badge = document.querySelector<HTMLElement>('[data-waiting]');
let known = badge?.dataset['waiting'];
const title = document.title.replace(/^\(\d+\) /, '');
if (badge) setInterval(() => void ask(badge), EVERY_MS);

/** Shows how many decisions wait for this operator, and loads the page of approvals anew when they change. */
async function ask(shown: HTMLElement): Promise<void> {
  if (Date.now() - usedAt > IDLE_MS || document.hidden) return;
  const answer = await fetch('/operator/waiting', { redirect: 'error' })
    .then(async (response) => (response.ok ? ((await response.json()) as { waiting: number; mark: string }) : null))
    .catch(() => null);
  if (!answer) return;
  const { waiting, mark } = answer;
  if (mark === known) return;
  known = mark;
  shown.textContent = waiting === 0 ? '' : String(waiting);
  document.title = waiting === 0 ? title : `(${waiting}) ${title}`;
  const isFollowing = document.querySelector('[data-follows-waiting]') !== null;
  if (isFollowing && !hasTyped()) location.reload();
}

function isTyping(): boolean {
  const { activeElement } = document;
  return (
    activeElement instanceof HTMLInputElement ||
    activeElement instanceof HTMLTextAreaElement ||
    activeElement instanceof HTMLSelectElement
  );
}

/** What was typed, unlike the reason that the service wrote into a field, would be lost. */
function hasTyped(): boolean {
  const fields = [...document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('input, textarea')];
  const isBusy = [...document.forms].some((form) => form.hasAttribute('aria-busy'));
  return isBusy || fields.some((field) => field.type !== 'hidden' && field.value !== field.defaultValue);
}
