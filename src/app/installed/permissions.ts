import { make } from '../../pages/browser/element.ts';
import { button, screen, type Display } from '../screens/display.ts';
import { words } from '../words/words.ts';
import type { WebPush } from './web-push.ts';

/**
 * Says what the app may use and what works without it, before the browser asks (Korean law asks for both, and for what is
 * required and what is a choice). Resolves when the person goes on.
 */
export function askPermissions(display: Display, push: WebPush): Promise<void> {
  const { title, text, needed, neededText, chosen, alerts, storage, camera, allow, later } =
    words.installed.permissions;
  return new Promise((resolve) => {
    const ask = () => void display.busy(() => push.ask()).then(resolve);
    display.show(() =>
      screen(
        { title, text, kind: 'permissions' },
        make('h2', {}, needed),
        make('p', {}, neededText),
        make('h2', {}, chosen),
        make('ul', {}, ...[alerts, storage, camera].map((one) => make('li', {}, one))),
        button(allow, ask),
        button(later, resolve, 'secondary'),
      ),
    );
  });
}
