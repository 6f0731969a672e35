import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { randomId, randomToken } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { sha256 } from '../crypto/sha256.ts';
import {
  IN_WINDOWS,
  WINDOW_METHODS,
  type AuthenticationState,
  type Channel,
  type WindowMethod,
} from '../domain/authentication.ts';
import type { Locale } from '../domain/locale.ts';
import { maskInsideOfName } from '../domain/masking.ts';
import { formatPhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import { DisabledClients } from '../http/disabled-clients.ts';
import { FormLimits } from '../http/form-limits.ts';
import { RelyingParties } from '../relying-parties/relying-parties.ts';
import type { RelyingPartyView } from '../authentication/status.ts';
import { digestOf, type IdempotencyKey, type StartInput } from '../authentication/start.ts';
import type { Caller } from '../crypto/access-token.ts';
import { TestQuota } from '../test-mode/test-quota.ts';
import { WindowAuthentications } from './window-authentications.ts';
import { WINDOW_SECONDS, WindowStore, type HostedWindow } from './window.store.ts';

export interface OpenedWindow {
  windowId: string;
  url: string;
  expiresAt: string;
}

/**
 * The view for the page. It holds no personal data except what was typed into it; the result goes to the relying
 * party's server.
 */
export interface WindowView {
  channel: Channel;
  state: AuthenticationState;
  expiresAt: string;
  attemptsLeft: number;
  /** The method that the person can still change to; null after the change. */
  otherMethod: WindowMethod | null;
  /** For a one-time password: its owner, `홍*동 | 010-1234-5678`, or the number alone. */
  askedOf: string | null;
  /** Two digits to type into the app, while it asks for them. */
  match?: string;
}

/** The person as typed into a window, and the browser. */
export type WindowPerson = Pick<StartInput, 'birthDate' | 'genderDigit' | 'phoneNumber' | 'endUser'>;

/**
 * The most starts that a window tries, with either method. One that starts is the last; a start that a limit of the
 * person refuses may be tried again, and spends what its relying party may start. People try it for themselves and for
 * a relative.
 */
const MOST_STARTS = 10;

/** A window with an authentication. */
type Begun = HostedWindow & { authenticationId: string };

/**
 * Hosted windows: the service's own page drives one authentication for a relying party. The person can change once from
 * one method to the other; the second authentication then cancels the first.
 */
@Injectable()
export class Windows {
  constructor(
    private readonly store: WindowStore,
    private readonly authentications: WindowAuthentications,
    private readonly relyingParties: RelyingParties,
    private readonly testQuota: TestQuota,
    private readonly disabled: DisabledClients,
    private readonly limits: FormLimits,
    private readonly keys: ServiceKeys,
    private readonly environment: Environment,
  ) {}

  /**
   * Problems: `invalid_request` when the return address is not registered for the relying party; in test mode also
   * `too_many_requests`.
   */
  async open(
    { id: clientId, test }: Pick<Caller, 'id' | 'test'>,
    input: {
      purpose: string;
      returnUrl: string;
      state: string;
      locale: Locale;
      method?: WindowMethod;
      match?: boolean;
      name?: string;
    },
  ): Promise<OpenedWindow> {
    const { returnUrls } = await this.relyingParties.get(clientId);
    if (!returnUrls.includes(input.returnUrl)) {
      const errors = [
        {
          pointer: '/returnUrl',
          detail: 'Send one of the return addresses registered for this client, exactly as registered.',
        },
      ];
      throw new Problem('invalid_request', 'The return address is not registered for this client.', { errors });
    }
    const isTest = test === true;
    if (isTest) this.testQuota.spend(clientId);
    const id = randomId();
    const { returnUrl, state: returnState, locale, method = 'push', match = false } = input;
    const purposeCipher = this.keys.fields.encrypt(input.purpose, `windows:purpose:${id}`);
    const name = input.name === undefined ? null : this.keys.fields.encrypt(input.name, placeOfName(id));
    const opened = { id, clientId, purposeCipher, returnUrl, returnState, locale, method, name, isTest, match };
    const expiresAt = await this.store.open(opened);
    return { windowId: id, url: `${this.environment.ISSUER}/windows/${id}`, expiresAt: expiresAt.toISOString() };
  }

  /**
   * Opens a window for a flow of this service, which belongs from the beginning to the browser that asks for it: its secret is
   * returned. Another browser that opens the address is refused. `returnUrl` is an address of this service.
   */
  async openFor(
    clientId: string,
    input: { id: string; purpose: string; returnUrl: string; locale: Locale; method: WindowMethod; match: boolean },
  ): Promise<{ secret: string }> {
    const { id, purpose, returnUrl, locale, method, match } = input;
    const secret = randomToken(32);
    const purposeCipher = this.keys.fields.encrypt(purpose, `windows:purpose:${id}`);
    const browserDigest = sha256(secret);
    const opened = { id, clientId, purposeCipher, returnUrl, locale, method, match, browserDigest };
    await this.store.open({ ...opened, returnState: '-', name: null, isTest: false, flow: 'code' });
    return { secret };
  }

  /**
   * What has become of a window of {@link openFor}, for its browser alone: its authentication, or null before one was started.
   * Problems: `window_not_found`, `window_closed` when none was started in time, `window_bound_elsewhere`,
   * `authentication_not_found`.
   */
  async outcome(id: string, secret: string | undefined): Promise<RelyingPartyView | null> {
    const window = await this.read(id);
    if (!window) throw windowNotFound();
    if (!isBrowserOf(window, secret)) throw boundElsewhere();
    if (hasBegun(window)) return this.see(window, 0);
    if (window.expired) throw windowOver();
    return null;
  }

  /**
   * The address at which the client of a flow is told that its window has ended; undefined for any other window, and for
   * another browser.
   */
  async resumeAddress(id: string, secret: string | undefined): Promise<string | undefined> {
    const window = await this.read(id);
    return window?.flow === 'code' && isBrowserOf(window, secret) ? window.returnUrl : undefined;
  }

  /** The result, for the relying party's server only. Problems: `window_not_found`. */
  async result(
    { id: clientId, test }: Pick<Caller, 'id' | 'test'>,
    id: string,
  ): Promise<{ state: 'open' | 'closed' | 'expired'; authentication: RelyingPartyView | null }> {
    const window = await this.read(id);
    if (window?.clientId !== clientId || window.flow !== 'api' || window.isTest !== (test === true))
      throw windowNotFound();
    if (!hasBegun(window)) return { state: window.expired ? 'expired' : 'open', authentication: null };
    const authentication = await this.see(window, 0).catch((error: unknown) => {
      // It was deleted before the window.
      if (error instanceof Problem && error.code === 'authentication_not_found') return null;
      throw error;
    });
    if (authentication === null) return { state: 'closed', authentication };
    return { state: isOpen(authentication) ? 'open' : 'closed', authentication };
  }

  /**
   * Binds a window to the browser that opens it first, and returns the new secret that this browser must send from now
   * on. Problems: `window_not_found`, `window_closed`, `window_bound_elsewhere`.
   */
  async enter(id: string, secret: string | undefined): Promise<{ window: HostedWindow; newSecret?: string }> {
    const window = await this.find(id);
    if (secret !== undefined && isBrowserOf(window, secret)) return { window };
    const newSecret = randomToken(32);
    if (window.browserDigest || !(await this.store.bind(id, sha256(newSecret)))) throw boundElsewhere();
    return { window, newSecret };
  }

  /**
   * Starts the window's authentication, by the window's method when none is chosen. Problems: as `Start`,
   * `window_closed`.
   */
  async start(
    id: string,
    secret: string | undefined,
    person: WindowPerson,
    chosen: WindowMethod | undefined,
  ): Promise<WindowView> {
    const window = await this.find(id);
    if (!isBrowserOf(window, secret)) throw boundElsewhere();
    await this.expectServed(window.clientId);
    if (window.authenticationId)
      throw new Problem('window_closed', 'This window was already used. Go back and open a new one.');
    const method = chosen ?? window.method;
    const input = {
      ...person,
      method,
      purpose: window.purpose,
      match: asksForDigits(window, method),
      flow: window.flow,
    };
    await this.spendStart(id);
    // One key per window: repeated presses of the button, with either method, start one authentication.
    const started = await this.authentications.start(window, input, { by: 'window', key: id, windowId: id });
    const isOver = await this.store.attach(id, started.id, method);
    if (isOver && window.flow === 'code') return this.endLate(window, started.id);
    return this.view({ ...window, method }, started);
  }

  /**
   * Changes to the other method, once per window. One statement cancels the open authentication and starts the second
   * for the same person; when the start is refused, the first stays open. Problems: as `Start`, `window_closed`,
   * `authentication_closed`, `authentication_expired`.
   */
  async changeOver(
    id: string,
    secret: string | undefined,
    method: WindowMethod,
    endUser: WindowPerson['endUser'],
  ): Promise<WindowView> {
    const window = await this.withAuthentication(id, secret);
    if (window.expired) throw windowOver();
    const { clientId } = window;
    await this.expectServed(clientId);
    const present = await this.see(window, 0);
    if (methodOf(present.channel) === method) return this.view(window, present);
    if (window.method === method) {
      throw new Problem('window_closed', 'Each method can be used once in a window. Go back and open a new window.');
    }
    let after: RelyingPartyView;
    try {
      const next = await this.startOther(window, method, endUser);
      after = await this.see(window, 0);
      // The first one was verified or ended during this start, so it was not cancelled, and the second must not replace
      // it.
      if (after.id !== next) await this.authentications.of(window).cancel(next, clientId, IN_WINDOWS);
    } catch (error) {
      // The button was pressed twice, and the other request came first.
      after = await this.see(window, 0);
      if (methodOf(after.channel) !== method) throw error;
    }
    if (window.flow === 'code' && (await this.read(id))?.expired === true) return this.endLate(window, after.id);
    return this.view(window, after);
  }

  /** Problems: `window_not_found`, `window_bound_elsewhere`. */
  async follow(id: string, secret: string | undefined, waitSeconds: number): Promise<WindowView> {
    const window = await this.withAuthentication(id, secret);
    return this.view(window, await this.see(window, waitSeconds));
  }

  /** Problems: as `Verify`. */
  async verify(id: string, secret: string | undefined, code: string): Promise<WindowView> {
    const window = await this.withAuthentication(id, secret);
    const { authenticationId, clientId } = window;
    const client = await this.relyingParties.get(clientId);
    const verifier = { id: clientId, clientId: client.clientId };
    await this.authentications.verify(window, authenticationId, code, verifier);
    return this.view(window, await this.see(window, 0));
  }

  /** Problems: as `AuthenticationStatus.resend`. */
  async resend(id: string, secret: string | undefined): Promise<WindowView> {
    const window = await this.withAuthentication(id, secret);
    return this.view(
      window,
      await this.authentications.of(window).resend(window.authenticationId, window.clientId, IN_WINDOWS),
    );
  }

  /** Problems: as `AuthenticationStatus.cancel`. */
  async cancel(id: string, secret: string | undefined): Promise<WindowView> {
    const window = await this.withAuthentication(id, secret);
    await this.authentications.of(window).cancel(window.authenticationId, window.clientId, IN_WINDOWS);
    return this.view(window, await this.see(window, 0));
  }

  /** A window that was opened before its relying party was disabled starts nothing. */
  private async expectServed(clientId: string): Promise<void> {
    if (await this.disabled.has(clientId))
      throw new Problem('window_closed', 'The site that opened this window is no longer served.');
  }

  /**
   * Ends an authentication that was started while the flow ended its window: the person went back to the relying party,
   * and no phone may ring for that. Throws `window_closed`.
   */
  private async endLate(window: HostedWindow, authenticationId: string): Promise<never> {
    await this.authentications
      .of(window)
      .cancel(authenticationId, window.clientId, IN_WINDOWS)
      .catch((error: unknown) => {
        // It has ended already.
        if (!(error instanceof Problem)) throw error;
      });
    throw windowOver();
  }

  /** Problems: `too_many_requests` once the window has tried {@link MOST_STARTS}. */
  private spendStart(windowId: string): Promise<void> {
    const detail = 'This window has tried to start too many times. Go back and open a new one.';
    const limit = { name: 'starts of a window', of: windowId, times: MOST_STARTS, seconds: WINDOW_SECONDS, detail };
    return this.limits.spend(limit);
  }

  private async startOther(window: Begun, method: WindowMethod, endUser: WindowPerson['endUser']): Promise<string> {
    const { id: windowId, authenticationId, clientId, purpose } = window;
    await this.spendStart(windowId);
    const person = await this.authentications.of(window).named(authenticationId, clientId);
    const match = asksForDigits(window, method);
    const input = { ...person, ...(endUser && { endUser }), method, purpose, match, flow: window.flow };
    const { id } = await this.authentications.start(window, input, otherOnce(window));
    return id;
  }

  /**
   * The current authentication of a window. A change of method cancels the first authentication and inserts the second
   * in one statement; the window's row is updated after that. A read in between, or after a crash there, updates it.
   */
  private async see(window: Begun, waitSeconds: number): Promise<RelyingPartyView> {
    const { id, clientId, authenticationId, method } = window;
    const current = await this.authentications
      .of(window)
      .see(authenticationId, clientId, waitSeconds, { flows: IN_WINDOWS });
    if (current.state !== 'cancelled' || methodOf(current.channel) !== method) return current;
    await this.goOn(window);
    const next = (await this.store.byId(id))?.authenticationId ?? authenticationId;
    return next === authenticationId
      ? current
      : this.authentications.of(window).see(next, clientId, 0, { flows: IN_WINDOWS });
  }

  private async goOn(window: Begun): Promise<void> {
    const { id, authenticationId } = window;
    const keyDigest = digestOf(otherOnce(window));
    if (!window.isTest) return this.store.goOn(id, authenticationId, keyDigest);
    const next = await this.authentications.testStartedBy(window, keyDigest);
    if (next !== undefined) await this.store.goOnTo(id, authenticationId, next);
  }

  private async view(window: HostedWindow, followed: Omit<RelyingPartyView, 'result'>): Promise<WindowView> {
    const { channel, state, expiresAt, attemptsLeft, match } = followed;
    const otherMethod = methodOf(channel) === window.method ? otherOf(window.method) : null;
    const askedOf = channel === 'otp' && isOpen(followed) ? await this.askedOf(window, followed.id) : null;
    const digits = channel === 'push' && match !== undefined && { match };
    return { channel, state, expiresAt, attemptsLeft, otherMethod, askedOf, ...digits };
  }

  /**
   * The owner of the one-time password: the masked name, which its bearer recognises, and the number that was typed. Null
   * for an authentication that ended meanwhile.
   */
  private async askedOf(window: HostedWindow, authenticationId: string): Promise<string | null> {
    const { id, clientId, name } = window;
    const named = await this.authentications
      .of(window)
      .named(authenticationId, clientId)
      .catch((error: unknown) => {
        if (error instanceof Problem && ENDED.has(error.code)) return null;
        throw error;
      });
    if (!named) return null;
    const { phoneNumber } = named;
    const number = formatPhoneNumber(phoneNumber);
    if (!name) return number;
    return `${maskInsideOfName(this.keys.fields.decrypt(name, placeOfName(id)).toString('utf8'))} | ${number}`;
  }

  private async withAuthentication(id: string, secret: string | undefined): Promise<Begun> {
    const window = await this.read(id);
    if (!window) throw windowNotFound();
    if (!isBrowserOf(window, secret)) throw boundElsewhere();
    if (!hasBegun(window)) throw new Problem('authentication_not_found', 'Enter the person to be verified first.');
    return window;
  }

  private async read(id: string): Promise<HostedWindow | undefined> {
    const stored = await this.store.byId(id);
    if (!stored) return undefined;
    const { purpose, purposeCipher, ...window } = stored;
    return { ...window, purpose: this.keys.fields.readText(purposeCipher, purpose, `windows:purpose:${id}`) };
  }

  private async find(id: string): Promise<HostedWindow> {
    const window = await this.read(id);
    if (!window) throw windowNotFound();
    if (window.expired) throw windowOver();
    return window;
  }
}

/** The address to which the browser goes when the window's authentication has ended. It holds no personal data. */
export function returnAddress({ returnUrl, returnState, id }: HostedWindow): string {
  const url = new URL(returnUrl);
  url.searchParams.set('windowId', id);
  url.searchParams.set('state', returnState);
  return url.href;
}

/** The path below which a flow of this service goes on when a window has ended. */
export const RESUME_PATH = '/oauth2/resume/';

/**
 * The origin of the page that is told when the window has ended. Empty for a flow of this service: such a window tells nobody
 * and goes to its return address.
 */
export function returnOrigin({ flow, returnUrl }: HostedWindow): string {
  return flow === 'code' ? '' : new URL(returnUrl).origin;
}

/** The address by which the person leaves a window of a flow without a log-in; undefined for any other window. */
export function cancelAddress({ flow, returnUrl }: HostedWindow): string | undefined {
  return flow === 'code' ? `${returnUrl}?cancel` : undefined;
}

function isBrowserOf({ browserDigest }: HostedWindow, secret: string | undefined): boolean {
  return browserDigest !== null && secret !== undefined && equalInConstantTime(sha256(secret), browserDigest);
}

function hasBegun(window: HostedWindow): window is Begun {
  return window.authenticationId !== null;
}

/** What an authentication that has ended answers. */
const ENDED: ReadonlySet<string> = new Set(['authentication_closed', 'authentication_expired']);

function isOpen({ state }: { state: AuthenticationState }): boolean {
  return state === 'pending' || state === 'opened';
}

/** The channel `sms` is the method `push` for a person who is not protected. */
function methodOf(channel: Channel): WindowMethod {
  return channel === 'otp' ? 'otp' : 'push';
}

/** The app asks for the digits of the page only where it is asked by push. */
function asksForDigits({ match }: HostedWindow, method: WindowMethod): boolean {
  return match && method === 'push';
}

function otherOf(method: WindowMethod): WindowMethod {
  return WINDOW_METHODS.find((one) => one !== method) ?? method;
}

/** The idempotency key of the change of method: one per window, different from the key of its start. */
function otherOnce({ id, method }: HostedWindow): IdempotencyKey {
  return { by: 'window', key: `${id}:${otherOf(method)}`, windowId: id };
}

function placeOfName(id: string): string {
  return `windows:name:${id}`;
}

function windowOver(): Problem {
  return new Problem('window_closed', 'The window expired after ten minutes. Go back and open a new one.');
}

/** The problem of an unknown window. */
export function windowNotFound(): Problem {
  return new Problem('window_not_found', 'Open a new window with POST /v1/windows.');
}

/** The problem of a browser that is not the window's. */
export function boundElsewhere(): Problem {
  return new Problem(
    'window_bound_elsewhere',
    'The window was first opened in another browser. Go back and open a new one.',
  );
}
