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
        screen(
          { title, text, kind: 'guide' },
          codeRow(),
          leave,
          stepList(steps, pictures),
          copyRow(guide.address, address, guide.copy),
        ),
      );
      break;
    }
    case 'safari': {
      const { title, text, steps } = guide.safari;
      display.show(() => screen({ title, text, kind: 'guide' }, codeRow(), stepList(steps, ['share', 'add', 'icon'])));
      break;
    }
    case 'ios-browser': {
      const { title, text, steps } = guide.iosBrowser;
      display.show(() =>
        screen(
          { title, text, kind: 'guide' },
          stepList(steps, ['share', 'browser']),
          copyRow(guide.address, address, guide.copy),
        ),
      );
      break;
    }
    case 'tablet':
      display.show(() => screen({ ...guide.tablet, kind: 'guide' }, copyRow(guide.address, address, guide.copy)));
      break;
    case 'computer': {
      const { title, text, qr } = guide.computer;
      const src = `data:image/svg+xml,${encodeURIComponent(renderSVG(address, { border: 2 }))}`;
      const code = make('img', { class: 'qr', src, alt: qr, width: '240', height: '240' });
      display.show(() => screen({ title, text, kind: 'guide' }, code, copyRow(guide.address, address, guide.copy)));
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

/**
 * The enrolment code that the link brought, to be copied before the person goes on: an app on the home screen of an iPhone
 * starts without it, and an intent drops the fragment. Undefined for a link without a code.
 */
function codeRow(): HTMLElement | undefined {
  const code = new URLSearchParams(location.hash.slice(1)).get('enrol');
  return code === null ? undefined : copyRow(guide.code, code, guide.copyCode);
}

/** A text with a button that copies it. Browsers inside other apps may refuse, which is said. */
function copyRow(hint: string, text: string, copy: string): HTMLElement {
  const said = make('p', { class: 'hint', role: 'status' });
  const tell = (outcome: string) => (said.textContent = outcome);
  const write = async () => navigator.clipboard.writeText(text);
  const press = () =>
    void write().then(
      () => tell(guide.copied),
      () => tell(guide.copyFailed),
    );
  return make(
    'div',
    { class: 'address' },
    make('p', { class: 'hint' }, hint),
    make('p', { class: 'address-text' }, text),
    button(copy, press, 'secondary'),
    said,
  );
}
