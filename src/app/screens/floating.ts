import { make } from '../../pages/browser/element.ts';
import { words } from '../words/words.ts';

/** What Chromium on computers has, and TypeScript does not know. */
interface DocumentPictureInPicture {
  requestWindow(options: { width: number; height: number }): Promise<Window>;
}

/** A code in a small window of its own, above all others. */
export interface Floating {
  /** Opens it; null where the browser has no such window. */
  button: HTMLElement | null;
  isOpen: () => boolean;
}

/** Offers to show `source`, as it changes, in a floating window until the screen is left. */
export function floating(source: HTMLElement, signal: AbortSignal): Floating {
  const { documentPictureInPicture: api } = window as { documentPictureInPicture?: DocumentPictureInPicture };
  // A page in a frame may not open one.
  if (!api || self !== top) return { button: null, isOpen: () => false };
  let opened: Window | undefined;
  const open = async () => {
    const shown = await api.requestWindow({ width: 340, height: 140 }).catch(() => undefined);
    if (!shown) return;
    if (signal.aborted) {
      shown.close();
      return;
    }
    opened = shown;
    mirror(source, shown.document, signal);
    signal.addEventListener('abort', () => shown.close());
    shown.addEventListener('pagehide', () => (opened = undefined));
  };
  const button = make(
    'button',
    { type: 'button', class: 'secondary', id: 'float', onclick: () => void open() },
    words.floating,
  );
  return { button, isOpen: () => opened !== undefined };
}

function mirror(source: HTMLElement, to: Document, signal: AbortSignal): void {
  to.documentElement.lang = document.documentElement.lang;
  to.title = document.title;
  const styles = document.querySelectorAll('link[rel="stylesheet"]');
  to.head.append(...Array.from(styles, (style) => to.importNode(style, true)));
  to.body.className = 'floating';
  const draw = () => to.body.replaceChildren(to.importNode(source, true));
  const changes = new MutationObserver(draw);
  changes.observe(source, { childList: true, characterData: true, subtree: true });
  signal.addEventListener('abort', () => changes.disconnect());
  draw();
}
