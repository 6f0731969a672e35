import { brand } from '../../pages/browser/brand.ts';
import { make } from '../../pages/browser/element.ts';
import { button, screen, type Display } from './display.ts';
import type { Leave } from './pin-refusal.ts';
import { words } from '../words/words.ts';

const messages = words.forgottenPin;

/** The quiet way out below a PIN pad, for a person who does not know the PIN. `back` leads to the pad again. */
export function forgottenPin(
  display: Display,
  leave: Pick<Leave, 'withCode' | 'codeFrom'>,
  back: () => void,
): HTMLElement {
  return button(messages.open, () => showWay(display, leave, back), 'link');
}

/** No one knows the PIN and no one can reset it: the phone is enrolled again with a new code. */
function showWay(
  display: Display,
  { withCode, codeFrom }: Pick<Leave, 'withCode' | 'codeFrom'>,
  back: () => void,
): void {
  const own = [
    make('p', {}, messages.getCode),
    make('a', { href: '/forgotten-pin', target: '_blank', rel: 'noopener' }, messages.website),
    make('a', { href: `tel:${brand.callCentre}` }, words.alerts.callNumber),
  ];
  display.show(() =>
    screen(
      { title: messages.title, text: messages.text, kind: 'forgotten', back },
      make('h2', {}, words.blocked.whatToDo),
      make(
        'ol',
        { class: 'what-to-do' },
        make('li', {}, ...(codeFrom === 'service' ? own : [messages.askInstitution])),
        make('li', {}, messages.choose),
      ),
      button(messages.enter, withCode),
    ),
  );
}
