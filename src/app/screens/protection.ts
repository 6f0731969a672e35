import { brand } from '../../pages/browser/brand.ts';
import { make, type Child } from '../../pages/browser/element.ts';
import type { DeviceStanding, SmsPermission } from '../../phone/phone.ts';
import type { InstallationStanding } from '../platform.ts';
import { button } from './display.ts';
import { words } from '../words/words.ts';

const messages = words.home.protection;

/** What is known of the protection by this phone. */
export interface Protection {
  /** How the service knows the phone; undefined while it cannot be asked. */
  standing: DeviceStanding | undefined;
  /** How the installation stands; undefined while that is not known yet. */
  installation: InstallationStanding | undefined;
  /** Permissions of SMS that are in force. */
  sms: readonly SmsPermission[];
}

/** What the person can do about it. */
export interface ProtectionWays {
  sms: () => void;
  enrolAgain: () => void;
  /** Tells the service again how pushes reach this phone. */
  reconnect: () => void;
}

/**
 * The first thing on the first screen: whether this phone is protected and which number, then what is not as it should
 * be, each with what to do. `heading`: `h2` below something that is even more urgent. `clock` draws the time that is left.
 */
export function protectionSection(
  protection: Protection,
  { heading, clock, ways }: { heading: 'h1' | 'h2'; clock: (until: string) => HTMLElement; ways: ProtectionWays },
): HTMLElement {
  const { standing, sms } = protection;
  const { state, title, text } = verdict(standing, sms.length > 0);
  const number = standing?.maskedPhoneNumber;
  return make(
    'section',
    { class: `protection ${state}`, 'aria-labelledby': 'protection' },
    make(heading, { id: 'protection', ...(heading === 'h1' && { tabindex: '-1' }) }, title),
    number !== undefined && make('p', { class: 'number' }, number),
    make('p', {}, text),
    state === 'locked' && button(words.again, ways.enrolAgain, 'small'),
    state === 'suspended' &&
      make('a', { class: 'secondary', href: `tel:${brand.callCentre}` }, words.alerts.callNumber),
    // While it is suspended, nothing is asked for.
    standing && state !== 'suspended' && pushes(standing, protection.installation, ways),
    ...sms.map((permission) => smsRow(permission, { clock, open: ways.sms })),
  );
}

function verdict(
  standing: DeviceStanding | undefined,
  takesSms: boolean,
): { state: string; title: string; text: string } {
  if (!standing) return { state: 'unknown', ...messages.unknown };
  // Before the PIN: enrolling again would not end it.
  if (standing.subscription === 'suspended') return { state: 'suspended', ...messages.suspended };
  if (standing.pinLocked) return { state: 'locked', ...(standing.pinExhausted ? words.exhausted : words.locked) };
  const { title, text } = messages.good;
  return { state: 'good', title, text: takesSms ? messages.exceptSms : text };
}

/** Whether pushes arrive: the installation may receive none, or the service may have no token to send them to. */
function pushes(
  { pushes: hasToken }: DeviceStanding,
  installation: InstallationStanding | undefined,
  { reconnect }: Pick<ProtectionWays, 'reconnect'>,
): HTMLElement {
  const row = (kind: string, ...content: Child[]) => make('div', { class: `alerts ${kind}` }, ...content);
  if (!installation) return row('', make('p', {}, messages.alertsUnknown));
  const { pushesOff } = installation;
  const { title, text } = messages.alertsOff;
  if (pushesOff) {
    return row(
      'alerts-off',
      make('strong', {}, title),
      make('p', {}, `${pushesOff.text} ${text}`.trim()),
      pushesOff.action,
    );
  }
  if (hasToken) return row('alerts-on', make('p', {}, messages.alertsOn));
  const again = button(messages.reconnect, reconnect, 'small');
  again.id = 'reconnect';
  return row('alerts-off', make('strong', {}, title), make('p', {}, text), again);
}

function smsRow(
  { id, relyingParty, endsAt }: SmsPermission,
  { clock, open }: { clock: (until: string) => HTMLElement; open: () => void },
): HTMLElement {
  return make(
    'button',
    { type: 'button', class: 'request-card notable', id: `sms-${id}`, onclick: open },
    make('strong', {}, words.sms.active(relyingParty.name)),
    make('span', { class: 'hint' }, `${words.timeLeft} `, clock(endsAt)),
  );
}
