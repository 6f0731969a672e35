import type { Phone, PhoneAlert } from '../../phone/phone.ts';
import { brand } from '../../pages/browser/brand.ts';
import { make, type Child } from '../../pages/browser/element.ts';
import { button } from './display.ts';
import type { KeptNotice } from './installation.ts';
import { timeOf } from './time.ts';
import type { AlertWords } from '../words/shapes.ts';
import { words } from '../words/words.ts';

const messages = words.alerts;
/** The texts by kind: a newer service may raise alerts of more kinds than this version knows. */
const TEXTS: Readonly<Partial<Record<string, AlertWords>>> = messages.kinds;
/** Days for which an alert that is over stays on the first screen, and how many of them. */
const RECENT_DAYS = 7;
const RECENT = 5;
const DAY_MS = 86_400_000;

/** The answers of a person to an alert. */
export type Answer = 'confirm' | 'object';

/** What a person can do about alerts, from any screen that shows them. */
export interface AlertWays {
  /** `isLocked`: the PIN is locked, so that the phone cannot answer. */
  show: (alert: PhoneAlert, isLocked: boolean) => void;
  answer: (alert: PhoneAlert, answer: Answer) => void;
}

/** The alerts of a phone, as its screens show them. `isLocked`: the PIN is locked, so the phone cannot answer. */
export interface KnownAlerts {
  open: PhoneAlert[];
  over: PhoneAlert[];
  isLocked: boolean;
}

/** The texts of an alert. */
export function textsOf({ kind }: PhoneAlert): AlertWords {
  return messages.kinds[kind];
}

/** Asks the service for the alerts of the subscription. */
export async function askAlerts(phone: Phone, now: () => number): Promise<Omit<KnownAlerts, 'isLocked'>> {
  const known = (await phone.alerts()).filter(({ kind }) => TEXTS[kind] !== undefined);
  const isOpen = ({ state, expiresAt }: PhoneAlert) => state === 'open' && Date.parse(expiresAt) > now();
  return { open: known.filter(isOpen), over: known.filter((alert) => !isOpen(alert)) };
}

/** The open alerts: the newest with its answers, each other one as a card that leads to its own. */
export function openAlerts({ open, isLocked }: KnownAlerts, ways: AlertWays): HTMLElement[] {
  const [newest, ...others] = open;
  if (!newest) return [];
  return [
    alertSection(newest, isLocked, ways),
    ...others.map((alert) =>
      make(
        'button',
        {
          type: 'button',
          class: 'request-card notable',
          id: `alert-${alert.id}`,
          onclick: () => ways.show(alert, isLocked),
        },
        make('strong', {}, textsOf(alert).title),
        make('span', {}, messages.more),
        make('span', { class: 'hint' }, timeOf(alert.at)),
      ),
    ),
  ];
}

/** What happened, when, what each answer does, and the two answers. */
export function alertSection(alert: PhoneAlert, isLocked: boolean, { answer }: AlertWays): HTMLElement {
  const { title, text, confirm, object } = textsOf(alert);
  const choice = (of: Answer, { button: name, does }: AlertWords['confirm']) => {
    const hint = make('p', { class: 'does', id: `${of}-does-${alert.id}` }, does);
    const pressed = button(name, () => answer(alert, of), `answer ${of}`);
    pressed.id = `${of}-${alert.id}`;
    pressed.setAttribute('aria-describedby', hint.id);
    return make('div', { class: 'choice' }, pressed, hint);
  };
  const locked = [
    make('p', {}, messages.locked),
    make('a', { class: 'secondary', href: `tel:${brand.callCentre}` }, messages.callNumber),
  ];
  const answers: Child[] = isLocked ? locked : [choice('confirm', confirm), choice('object', object)];
  return make(
    'section',
    { class: 'happening', 'aria-labelledby': `title-${alert.id}` },
    make('h2', { id: `title-${alert.id}` }, title),
    make('p', { class: 'hint' }, timeOf(alert.at)),
    make('p', {}, text),
    ...answers,
  );
}

/** The alerts of the last days that are over, in short form; null if there are none. */
export function recentAlerts(over: readonly PhoneAlert[], now: number): HTMLElement | null {
  const recent = over.filter(({ at }) => now - Date.parse(at) < RECENT_DAYS * DAY_MS).slice(0, RECENT);
  if (recent.length === 0) return null;
  const items = recent.map((alert) =>
    make(
      'li',
      {},
      make('strong', {}, textsOf(alert).title),
      make('span', { class: `state ${alert.state}` }, messages.states[alert.state === 'open' ? 'closed' : alert.state]),
      make('span', { class: 'hint' }, timeOf(alert.at)),
    ),
  );
  return make(
    'section',
    { class: 'recent answered' },
    make('h2', {}, messages.recent),
    make('ol', { class: 'history' }, ...items),
  );
}

const OF_ALERTS: ReadonlySet<string> = new Set([
  'new_phone_asked',
  'new_phone_soon',
  'device_replaced',
  'device_retired',
  'reissue_applied',
  'reissue_issued',
  'pin_unlocked',
  'cancellation_asked',
]);

/** Whether a notice tells of something that the first screen lets the person answer. */
export function isOfAlerts({ kind, detail }: Pick<KeptNotice, 'kind' | 'detail'>): boolean {
  return OF_ALERTS.has(kind) || (kind === 'suspended' && detail !== 'line_suspended');
}
