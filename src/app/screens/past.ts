import type { HistoryEntry, Phone, SmsPermission } from '../../phone/phone.ts';
import { make } from '../../pages/browser/element.ts';
import { faultLine, screen, type Display } from './display.ts';
import { faultOf, isUnregistered } from './fault.ts';
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
    items = pastItems(entries, permissions);
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
export function recently(entries: readonly HistoryEntry[], count: number): HTMLElement | null {
  const items = entries.slice(0, count).map((entry) => entryItem({ ...entry, device: null }));
  if (items.length === 0) return null;
  return make(
    'section',
    { class: 'recent' },
    make('h2', {}, words.home.recent),
    make('ol', { class: 'history' }, ...items),
  );
}

/** Both kinds in one list, newest first. */
function pastItems(entries: readonly HistoryEntry[], permissions: readonly SmsPermission[]): HTMLElement[] {
  return [
    ...entries.map((entry) => ({ at: entry.requestedAt, item: entryItem(entry) })),
    ...permissions.map((permission) => ({ at: permission.permittedAt, item: permissionItem(permission) })),
  ]
    .toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at))
    .map(({ item }) => item);
}

function entryItem({ relyingParty, purpose, requestedAt, state, channel, device }: HistoryEntry): HTMLElement {
  const how = [timeOf(requestedAt), words.channels[channel], device !== null && words.history.byPhone(device)];
  return make(
    'li',
    {},
    make('strong', {}, relyingParty.name),
    make('span', { class: `state ${state}` }, words.states[state]),
    make('span', {}, purpose),
    make('span', { class: 'hint' }, how.filter(Boolean).join(' · ')),
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
