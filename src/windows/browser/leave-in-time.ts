import { byId } from '../../pages/browser/element.ts';

/** A person needs at least 20 seconds to stop what ends by itself (WCAG 2.2, 2.2.1). */
const SECONDS = 20;

/**
 * Leaves the window after a while, says when, and offers to stay. Nothing leaves by itself on a page that has no such
 * button.
 */
export function leaveInTime(view: string, { goBack, onStay }: { goBack: () => void; onStay: () => void }): void {
  const part = byId('window', HTMLElement).querySelector<HTMLElement>(`${view} .leaving`);
  const line = part?.querySelector<HTMLElement>('[data-leaving]');
  const stay = part?.querySelector<HTMLButtonElement>('[data-stay]');
  if (!part || !line || !stay) return;
  const until = Date.now() + SECONDS * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    line.textContent = (line.dataset['leaving'] ?? '').replace('{seconds}', String(left));
    if (left > 0) return;
    clearInterval(timer);
    goBack();
  };
  const timer = setInterval(tick, 250);
  stay.addEventListener('click', () => {
    clearInterval(timer);
    part.hidden = true;
    part.closest('section')?.querySelector<HTMLElement>('[data-return]')?.focus();
    onStay();
  });
  tick();
}
