import type { HistoryEntry, Phone, SmsPermission } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { faultLine, screen, type Display } from './display.ts';
import { faultOf, isUnregistered } from './fault.ts';
import { showPastEntry } from './past-entry.ts';
import { spanOf, timeOf } from './time.ts';
import { words } from '../words/words.ts';

/** The latest authentications and SMS permissions. */
export async function showPast(
  display: Display,
  phone: Phone,
  leave: { back: () => void; unregistered: () => void },
): Promise<void> {
  if (display.isBusy) return;
  let fault = '';
  let items: HTMLElement[] = [];
  try {
    const [entries, { permissions }] = await display.busy(() => Promise.all([phone.history(), phone.smsPermissions()]));
    const again = { ...leave, back: () => void showPast(display, phone, leave) };
    items = pastItems(entries, permissions, (entry) => showPastEntry(display, phone, entry, again));
  } catch (error) {
    if (isUnregistered(error)) {
      leave.unregistered();
      return;
    }
    fault = faultOf(error);
  }
  const nothing = fault === '' && make('p', {}, words.history.none);
  display.show(() =>
    screen(
      { title: words.history.title, kind: 'past', back: leave.back },
      faultLine(fault),
      items.length > 0 ? make('ol', { class: 'history' }, ...items) : nothing,
    ),
  );
}

/** The latest few entries in short form, for the first screen; null if there are none. */
export function recently(
  entries: readonly HistoryEntry[],
  count: number,
  open: (entry: HistoryEntry) => void,
): HTMLElement | null {
  const items = entries.slice(0, count).map((entry) => entryItem(entry, null, () => open(entry)));
  if (items.length === 0) return null;
  return make(
    'section',
    { class: 'recent' },
    make('h2', {}, words.home.recent),
    make('ol', { class: 'history' }, ...items),
  );
}

/** Both kinds in one list, newest first. */
function pastItems(
  entries: readonly HistoryEntry[],
  permissions: readonly SmsPermission[],
  open: (entry: HistoryEntry) => void,
): HTMLElement[] {
  return [
    ...entries.map((entry) => ({ at: entry.requestedAt, item: entryItem(entry, entry.device, () => open(entry)) })),
    ...permissions.map((permission) => ({ at: permission.permittedAt, item: permissionItem(permission) })),
  ]
    .toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at))
    .map(({ item }) => item);
}

function entryItem(entry: HistoryEntry, device: string | null, open: () => void): HTMLElement {
  const { id, relyingParty, purpose, requestedAt, state, channel } = entry;
  const how = [timeOf(requestedAt), words.channels[channel], device !== null && words.history.byPhone(device)];
  const content = [
    make('strong', {}, relyingParty.name),
    make('span', { class: `state ${state}` }, words.states[state]),
    make('span', {}, purpose),
    make('span', { class: 'hint' }, how.filter(Boolean).join(' · ')),
  ];
  return make(
    'li',
    { class: 'opens' },
    make('button', { type: 'button', id: `past-${id}`, onclick: open }, ...content),
  );
}

function permissionItem({ relyingParty, permittedAt, endsAt }: SmsPermission): HTMLElement {
  return make(
    'li',
    { class: 'permission' },
    make('strong', {}, relyingParty.name),
    make('span', { class: 'state permitted' }, words.history.smsPermitted),
    make('span', {}, words.history.smsPermittedFor),
    make('span', { class: 'hint' }, spanOf(permittedAt, endsAt)),
  );
}
