import { all, byId } from './element.ts';

const SAID_MS = 1500;

/** Makes every copy button copy its text to the clipboard. */
export function copyOnPress(): void {
  for (const button of all('[data-copy]')) {
    // A page that works without a script hides it until there is one.
    button.hidden = false;
    button.addEventListener('click', () => void copy(button));
  }
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
  }, SAID_MS);
}
