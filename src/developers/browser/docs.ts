import { all, make } from '../../pages/browser/element.ts';

const SAID_MS = 1500;

// Pages work without this script: it only adds a button that copies each piece of code.
const main = document.querySelector<HTMLElement>('[data-copy-label]');
const { copyLabel = '', copiedLabel = '' } = main?.dataset ?? {};
const said = document.getElementById('copied');
for (const code of all('pre > code')) {
  const button = make('button', { type: 'button', class: 'small copy' }, copyLabel);
  button.addEventListener('click', () => void copy(code.textContent, button));
  code.closest('.code')?.append(button);
}

async function copy(text: string, button: HTMLElement): Promise<void> {
  await navigator.clipboard.writeText(text);
  button.textContent = copiedLabel;
  if (said) said.textContent = copiedLabel;
  setTimeout(() => {
    button.textContent = copyLabel;
    if (said) said.textContent = '';
  }, SAID_MS);
}

// A link to a heading or an entry inside of closed details opens them.
function openTarget(): void {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  target?.closest('details')?.setAttribute('open', '');
}
addEventListener('hashchange', openTarget);
openTarget();
