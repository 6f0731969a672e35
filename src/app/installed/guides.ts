import { renderSVG } from 'uqr';
import { make } from '../../pages/browser/element.ts';
import { button, factList, screen, type Display } from '../screens/display.ts';
import { words } from '../words/words.ts';
import { picture, type Picture } from './pictures.ts';
import { wayOut, type Place } from './place.ts';

const { guide, cleared, noStorage } = words.installed;

/** Says, where the app cannot run as it should, where to open it and how to get there. */
export function showGuide(display: Display, place: Exclude<Place, 'ready'>): void {
  const address = location.href;
  switch (place) {
    case 'in-app': {
      const { title, text, out, steps } = guide.inApp;
      const href = wayOut(navigator.userAgent, address);
      const leave = href !== undefined && make('a', { class: 'primary', href }, out);
      const pictures: Picture[] = ['menu', 'browser'];
      display.show(() =>
        screen({ title, text, kind: 'guide' }, leave, stepList(steps, pictures), copyRow(display, address)),
      );
      break;
    }
    case 'safari': {
      const { title, text, steps } = guide.safari;
      display.show(() => screen({ title, text, kind: 'guide' }, stepList(steps, ['share', 'add', 'icon'])));
      break;
    }
    case 'ios-browser': {
      const { title, text, steps } = guide.iosBrowser;
      display.show(() =>
        screen({ title, text, kind: 'guide' }, stepList(steps, ['share', 'browser']), copyRow(display, address)),
      );
      break;
    }
    case 'tablet':
      display.show(() => screen({ ...guide.tablet, kind: 'guide' }, copyRow(display, address)));
      break;
    case 'computer': {
      const { title, text, qr } = guide.computer;
      const src = `data:image/svg+xml,${encodeURIComponent(renderSVG(address, { border: 2 }))}`;
      const code = make('img', { class: 'qr', src, alt: qr, width: '240', height: '240' });
      display.show(() => screen({ title, text, kind: 'guide' }, code, copyRow(display, address)));
      break;
    }
  }
}

/** The browser refuses to store anything. */
export function showNoStorage(display: Display): void {
  display.show(() => screen({ ...noStorage, kind: 'guide' }));
}

/** The browser cleared the keys of a phone that was enrolled here. */
export function showCleared(display: Display, serialNumber: string, enrolAgain: () => void): void {
  const { title, text, serial, website, call, again, newPhone } = cleared;
  display.show(() =>
    screen(
      { title, text, kind: 'guide cleared' },
      factList([[serial, serialNumber]]),
      make('ol', { class: 'what-to-do' }, make('li', {}, website), make('li', {}, call)),
      make('a', { class: 'primary', href: '/new-phone' }, newPhone),
      button(again, enrolAgain, 'secondary'),
    ),
  );
}

function stepList(steps: readonly string[], pictures: readonly Picture[]): HTMLElement {
  const items = steps.map((step, at) => {
    const drawn = pictures[at];
    return make('li', {}, drawn !== undefined && picture(drawn, guide.pictures[drawn]), make('span', {}, step));
  });
  return make('ol', { class: 'guide-steps' }, ...items);
}

function copyRow(display: Display, address: string): HTMLElement {
  const copy = () => void navigator.clipboard.writeText(address).then(() => display.say(guide.copied));
  return make(
    'div',
    { class: 'address' },
    make('p', { class: 'hint' }, guide.address),
    make('p', { class: 'address-text' }, address),
    button(guide.copy, copy, 'secondary'),
  );
}
