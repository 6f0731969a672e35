import '../../pages/browser/site.ts';

/** Milliseconds between two questions for what waits. */
const EVERY_MS = 10_000;
/** Milliseconds without input after which the page asks no more, so that an abandoned session ends by itself. */
const IDLE_MS = 300_000;

// Pages work without this script; it saves the agent from reaching for the mouse and from reloading.
const search = document.querySelector<HTMLInputElement>('input[data-search]');
const help = document.querySelector<HTMLDialogElement>('.desk-keys');
const keysAreOn = help?.querySelector('input');
const KEYS = 'desk-keys';

/** What a key of one character does. True if it did something, so that the browser does nothing else. */
const ACTS: Readonly<Record<string, () => boolean>> = {
  '/': () => reach(search),
  j: () => step(1),
  k: () => step(-1),
  // An entry that has the focus is moved from by the arrows too; elsewhere they scroll the page.
  ArrowDown: () => entry() !== undefined && step(1),
  ArrowUp: () => entry() !== undefined && step(-1),
  Enter: () => document.activeElement === entry() && open(),
  d: () => decide(),
  '?': () => {
    help?.showModal();
    return true;
  },
};

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || help?.open) return;
  const key = keyOf(event);
  if (key === 'Escape') leave();
  else if (!isTyping() && (key.length > 1 || keysAreOn?.checked !== false) && ACTS[key]?.()) event.preventDefault();
});

/** The letter of the key where the keyboard writes no Latin letters, as in Hangul mode. */
function keyOf({ key, code, shiftKey }: KeyboardEvent): string {
  const isLatin = /^[\x20-\x7e]$/.test(key);
  return isLatin || shiftKey ? key : (/^Key([DJK])$/.exec(code)?.[1]?.toLowerCase() ?? key);
}

if (help && keysAreOn) {
  keysAreOn.checked = localStorage.getItem(KEYS) !== 'off';
  keysAreOn.addEventListener('change', () => {
    localStorage.setItem(KEYS, keysAreOn.checked ? 'on' : 'off');
  });
  help.querySelector('button')?.addEventListener('click', () => {
    help.close();
  });
  const opener = document.querySelector<HTMLElement>('.desk-keys-open');
  opener?.removeAttribute('hidden');
  opener?.addEventListener('click', () => {
    help.showModal();
  });
}

/** The entries of the page's lists. */
function entries(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('.desk-results > li, .desk-list > li')];
}

/** The entry in which the focus is. */
function entry(): HTMLElement | undefined {
  return entries().find((one) => one.contains(document.activeElement));
}

function step(by: 1 | -1): boolean {
  const all = entries();
  const now = entry();
  const next = now ? all[all.indexOf(now) + by] : all[by === 1 ? 0 : all.length - 1];
  if (!next) return false;
  next.tabIndex = -1;
  next.focus();
  return true;
}

function open(): boolean {
  const link = entry()?.querySelector<HTMLElement>('a[href]');
  link?.click();
  return link != null;
}

/**
 * Leads to the reason of the entry that has the focus. Enter there sends the form by its first button, so without an entry
 * the key does nothing: it must not choose a customer.
 */
function decide(): boolean {
  const field = entry()?.querySelector<HTMLInputElement>('[name="reason"]');
  field?.closest('details')?.setAttribute('open', '');
  return reach(field);
}

/** Out of a field to its entry, then back to the list. Never from a code or a letter, which no page shows again. */
function leave(): void {
  const { activeElement } = document;
  if (isTyping() && activeElement instanceof HTMLElement) {
    activeElement.blur();
    activeElement.closest<HTMLElement>('li[tabindex]')?.focus();
    return;
  }
  const list = document.querySelector<HTMLAnchorElement>('.desk-nav [aria-current]');
  if (!list || list.pathname === location.pathname) return;
  if (!document.querySelector('.enrolment-code, .letter') && !hasTyped()) location.assign(list.href);
}

function reach(field: HTMLInputElement | null | undefined): boolean {
  field?.focus();
  field?.select();
  return field != null;
}

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
let isOutdated = false;
const title = document.title.replace(/^\(\d+\) /, '');
if (badge) setInterval(() => void ask(badge), EVERY_MS);

/**
 * Shows how many decisions wait for this operator, and loads the page of approvals anew when they change. While an entry
 * or a field has the focus, the list stays as it is: the operator is about to decide, and would lose the place.
 */
async function ask(shown: HTMLElement): Promise<void> {
  if (Date.now() - usedAt > IDLE_MS || document.hidden) return;
  const answer = await fetch('/operator/waiting', { redirect: 'error' })
    .then(async (response) => (response.ok ? ((await response.json()) as { waiting: number; mark: string }) : null))
    .catch(() => null);
  if (!answer) return;
  const { waiting, mark } = answer;
  if (mark !== known) {
    known = mark;
    isOutdated = document.querySelector('[data-follows-waiting]') !== null;
    shown.textContent = waiting === 0 ? '' : String(waiting);
    document.title = waiting === 0 ? title : `(${waiting}) ${title}`;
  }
  if (isOutdated && !entry() && !isTyping() && !hasTyped()) location.reload();
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
  return isBusy || fields.some((field) => field.type !== 'hidden' && !help?.contains(field) && isChanged(field));
}

/** The value of a box is its name for the form, and not what was chosen. */
function isChanged(field: HTMLInputElement | HTMLTextAreaElement): boolean {
  const isBox = field instanceof HTMLInputElement && /^(?:checkbox|radio)$/.test(field.type);
  return isBox ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}
