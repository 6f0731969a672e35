import { brand } from '../../pages/browser/brand.ts';
import { make } from '../../pages/browser/element.ts';
import type { HistoryEntry, Phone } from '../../phone/phone.ts';
import { badge, button, factList, faultLine, screen, type Display } from './display.ts';
import { faultOf, isUnregistered } from './fault.ts';
import { timeOf } from './time.ts';
import { words } from '../words/words.ts';

const messages = words.history.entry;

/** Where the screens of an entry lead to. */
interface Ways {
  back: () => void;
  unregistered: () => void;
}

/** The facts of one past authentication, of which the person can still say that it was not them. */
export function showPastEntry(display: Display, phone: Phone, entry: HistoryEntry, ways: Ways, fault = ''): void {
  const { relyingParty, purpose, requestedAt, closedAt, state, channel, device, flags = [] } = entry;
  const isFlagged = flags.includes('not_me');
  display.show(() =>
    screen(
      { title: relyingParty.name, kind: 'past-entry', back: ways.back },
      factList([
        [messages.result, make('span', { class: `state ${state}` }, words.states[state])],
        [words.purpose, purpose],
        [messages.how, words.channels[channel]],
        [words.requestedAt, timeOf(requestedAt)],
        ...(closedAt === null ? [] : ([[messages.closedAt, timeOf(closedAt)]] as const)),
        ...(device === null ? [] : ([[messages.device, device]] as const)),
      ]),
      faultLine(fault),
      isFlagged
        ? make('p', { class: 'caution' }, messages.flagged)
        : make('p', { class: 'hint', id: 'not-me-does' }, messages.does(relyingParty.name)),
      !isFlagged && button(messages.notMe, () => void say(display, phone, entry, ways), 'danger'),
    ),
  );
}

async function say(display: Display, phone: Phone, entry: HistoryEntry, ways: Ways): Promise<void> {
  if (display.isBusy) return;
  try {
    await display.busy(() => phone.notMe(entry.id));
  } catch (error) {
    if (isUnregistered(error)) ways.unregistered();
    else showPastEntry(display, phone, entry, ways, faultOf(error));
    return;
  }
  showSaid(display, entry, ways.back);
}

/** What follows, and what the person should do now. It is more urgent after a verification in the person’s name. */
function showSaid(display: Display, { relyingParty: { name }, state }: HistoryEntry, back: () => void): void {
  const { title, text, verified } = messages.said;
  const { whatToDo, call, callNumber, password, look } = words.blocked;
  display.show(() =>
    screen(
      { title, text: text(name), kind: 'ended declined said' },
      badge(),
      state === 'verified' && make('p', { class: 'caution' }, verified(name)),
      make('h2', {}, whatToDo),
      make(
        'ol',
        { class: 'what-to-do' },
        make('li', {}, `${call} `, make('a', { href: `tel:${brand.callCentre}` }, callNumber)),
        make('li', {}, password(name)),
        make('li', {}, look),
      ),
      button(words.done, back),
    ),
  );
}
