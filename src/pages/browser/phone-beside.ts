import { byId } from './element.ts';

/** Wide enough for a page and a phone beside it; the stylesheet uses the same number. */
export const WIDE = matchMedia('(min-width: 56.25em)');

/** Loads the phone only when there is room for it: a narrow page opens the phone in another tab. */
export function showPhoneBeside(): void {
  const frame = byId('phone', HTMLIFrameElement);
  const show = () => {
    if (WIDE.matches && !frame.src) frame.src = frame.dataset['src'] ?? '';
  };
  show();
  WIDE.addEventListener('change', show);
}
