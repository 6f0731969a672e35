import { startCountdown } from '../../pages/browser/countdown.ts';
import { make } from '../../pages/browser/element.ts';
import type { PendingAuthentication, Phone, Registration } from '../../phone/phone.ts';
import { words } from '../words/words.ts';

/** A pending request and the device that it is for. */
export interface Waiting {
  phone: Phone;
  authentication: PendingAuthentication;
}

/** What waits for the person, as the first screen shows it. `clock` draws the time that is left. */
export interface WaitingWays {
  request: (waiting: Waiting) => void;
  institutions: () => void;
  clock: (until: string) => HTMLElement;
}

/**
 * The requests and registrations that wait; apart and below those that did not ring, because a stranger may have made
 * many of them.
 */
export function waitingCards(
  waiting: readonly Waiting[],
  registrations: readonly Registration[],
  ways: WaitingWays,
): HTMLElement[] {
  const { none, noneText, held, heldText } = words.home;
  const silent = waiting.filter(({ authentication }) => authentication.held === true);
  const cards = [
    ...waiting.filter((one) => !silent.includes(one)).map((one) => requestCard(one, ways)),
    ...registrations.map((one) => registrationCard(one, ways)),
  ];
  if (cards.length + silent.length === 0) {
    return [make('div', { class: 'nothing' }, make('p', {}, none), make('p', { class: 'hint' }, noneText))];
  }
  if (silent.length === 0) return cards;
  const about = [make('h2', {}, held), make('p', { class: 'hint' }, heldText)];
  return [...cards, make('section', { class: 'held' }, ...about, ...silent.map((one) => requestCard(one, ways)))];
}

/** Draws the time that is left until an instant, while a screen is shown. */
export function clockOf(now: () => number, signal: AbortSignal): (until: string) => HTMLElement {
  return (until) => {
    const element = make('strong', { class: 'clock' });
    const countdown = startCountdown({ element, until, now });
    signal.addEventListener('abort', () => countdown.stop());
    return element;
  };
}

function requestCard(waiting: Waiting, { request, clock }: WaitingWays): HTMLElement {
  const { id, relyingParty, purpose, expiresAt, transaction, held } = waiting.authentication;
  return make(
    'button',
    { type: 'button', class: 'request-card', id: `request-${id}`, onclick: () => request(waiting) },
    make('strong', {}, relyingParty.name),
    make('span', {}, transaction ? `${purpose} · ${words.channels.sign}` : purpose),
    make('span', { class: 'hint' }, `${words.timeLeft} `, clock(expiresAt)),
    held === true && make('span', { class: 'open' }, words.home.open),
  );
}

function registrationCard(registration: Registration, { institutions, clock }: WaitingWays): HTMLElement {
  const { id, relyingParty, device, expiresAt } = registration;
  return make(
    'button',
    { type: 'button', class: 'request-card notable', id: `registration-${id}`, onclick: institutions },
    make('strong', {}, words.institutions.asks(relyingParty.name)),
    make('span', {}, `${device.name} · ${device.serialNumber}`),
    make('span', { class: 'hint' }, `${words.timeLeft} `, clock(expiresAt)),
  );
}
