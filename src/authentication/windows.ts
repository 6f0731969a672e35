import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { randomId, randomToken } from '../crypto/random.ts';
import { sha256 } from '../crypto/sha256.ts';
import type { AuthenticationState, Channel } from '../domain/authentication.ts';
import { Problem } from '../domain/problem.ts';
import { RelyingParties } from '../relying-parties/relying-parties.ts';
import { Follow, type Followed } from './follow.ts';
import { Start, type Starting } from './start.ts';
import { Verify } from './verify.ts';
import { WindowStore, type Locale, type Window } from './window.store.ts';

export interface OpenedWindow {
  windowId: string;
  url: string;
  expiresAt: string;
}

/** What the page is told: nothing of the person, whom only the relying party's server learns. */
export interface WindowView {
  channel: Channel;
  state: AuthenticationState;
  expiresAt: string;
  attemptsLeft: number;
}

/** A window that draws itself: the service's own page, driving one authentication in a relying party's name. */
@Injectable()
export class Windows {
  constructor(
    private readonly store: WindowStore,
    private readonly starting: Start,
    private readonly following: Follow,
    private readonly verifying: Verify,
    private readonly relyingParties: RelyingParties,
    private readonly environment: Environment,
  ) {}

  /** Problems: `invalid_request` when the address is not registered for the relying party. */
  async open(
    clientId: string,
    input: { purpose: string; returnUrl: string; state: string; locale: Locale },
  ): Promise<OpenedWindow> {
    const { returnUrls } = await this.relyingParties.get(clientId);
    if (!returnUrls.includes(input.returnUrl)) {
      const errors = [
        { pointer: '/returnUrl', detail: 'Give an address registered for this client, letter by letter.' },
      ];
      throw new Problem('invalid_request', 'The return address is not registered.', { errors });
    }
    const id = randomId();
    const { purpose, returnUrl, state: returnState, locale } = input;
    const expiresAt = await this.store.open({ id, clientId, purpose, returnUrl, returnState, locale });
    return { windowId: id, url: `${this.environment.ISSUER}/windows/${id}`, expiresAt: expiresAt.toISOString() };
  }

  /** For the relying party's server, which alone learns the result. Problems: `window_not_found`. */
  async result(
    clientId: string,
    id: string,
  ): Promise<{ state: 'open' | 'closed' | 'expired'; authentication: Followed | null }> {
    const window = await this.store.byId(id);
    if (window?.clientId !== clientId) throw windowNotFound();
    if (!window.authenticationId) return { state: window.expired ? 'expired' : 'open', authentication: null };
    const authentication = await this.following.see(window.authenticationId, clientId, 0);
    const open = authentication.state === 'pending' || authentication.state === 'opened';
    return { state: open ? 'open' : 'closed', authentication };
  }

  /**
   * Binds a window to the browser that opens it first; answers the secret that this browser has to show from now on,
   * when it is new. Problems: `window_not_found`, `window_closed`, `window_bound_elsewhere`.
   */
  async enter(id: string, secret: string | undefined): Promise<{ window: Window; newSecret?: string }> {
    const window = await this.find(id);
    if (secret !== undefined && isBrowserOf(window, secret)) return { window };
    const newSecret = randomToken(32);
    if (window.browserDigest || !(await this.store.bind(id, sha256(newSecret)))) throw boundElsewhere();
    return { window, newSecret };
  }

  /** Starts the window's one authentication. Problems: as `Start`, `window_closed`. */
  async start(id: string, secret: string | undefined, person: Omit<Starting, 'purpose'>): Promise<WindowView> {
    const window = await this.find(id);
    if (!isBrowserOf(window, secret)) throw boundElsewhere();
    if (window.authenticationId)
      throw new Problem('window_closed', 'This window was used; go back and open a new one.');
    // One window starts one authentication, however often the button was pressed.
    const input = { ...person, purpose: window.purpose };
    const started = await this.starting.start(input, window.clientId, { by: 'window', key: id });
    await this.store.attach(id, started.id);
    return started;
  }

  /** Problems: `window_not_found`, `window_bound_elsewhere`. */
  async follow(id: string, secret: string | undefined, waitSeconds: number): Promise<WindowView> {
    const { authenticationId, clientId } = await this.withAuthentication(id, secret);
    return view(await this.following.see(authenticationId, clientId, waitSeconds));
  }

  /** Problems: as `Verify`. */
  async verify(id: string, secret: string | undefined, code: string): Promise<WindowView> {
    const { authenticationId, clientId } = await this.withAuthentication(id, secret);
    const client = await this.relyingParties.get(clientId);
    await this.verifying.verify(authenticationId, { code }, { id: clientId, clientId: client.clientId });
    return view(await this.following.see(authenticationId, clientId, 0));
  }

  /** Problems: as `Follow.resend`. */
  async resend(id: string, secret: string | undefined): Promise<WindowView> {
    const { authenticationId, clientId } = await this.withAuthentication(id, secret);
    return view(await this.following.resend(authenticationId, clientId));
  }

  /** Problems: as `Follow.cancel`. */
  async cancel(id: string, secret: string | undefined): Promise<WindowView> {
    const { authenticationId, clientId } = await this.withAuthentication(id, secret);
    await this.following.cancel(authenticationId, clientId);
    return view(await this.following.see(authenticationId, clientId, 0));
  }

  private async withAuthentication(
    id: string,
    secret: string | undefined,
  ): Promise<{ authenticationId: string; clientId: string }> {
    const window = await this.store.byId(id);
    if (!window) throw windowNotFound();
    if (!isBrowserOf(window, secret)) throw boundElsewhere();
    if (!window.authenticationId) throw new Problem('authentication_not_found', 'Type in who is to be verified first.');
    return { authenticationId: window.authenticationId, clientId: window.clientId };
  }

  private async find(id: string): Promise<Window> {
    const window = await this.store.byId(id);
    if (!window) throw windowNotFound();
    if (window.expired) throw new Problem('window_closed', 'Its ten minutes are over; go back and open a new one.');
    return window;
  }
}

/** Where the browser goes when the window's authentication has ended; no personal data is in it. */
export function returnAddress({ returnUrl, returnState, id }: Window): string {
  const url = new URL(returnUrl);
  url.searchParams.set('windowId', id);
  url.searchParams.set('state', returnState);
  return url.href;
}

function isBrowserOf({ browserDigest }: Window, secret: string | undefined): boolean {
  return browserDigest !== null && secret !== undefined && equalInConstantTime(sha256(secret), browserDigest);
}

function view({ channel, state, expiresAt, attemptsLeft }: Followed): WindowView {
  return { channel, state, expiresAt, attemptsLeft };
}

export function windowNotFound(): Problem {
  return new Problem('window_not_found', 'Open a new window with POST /v1/windows.');
}

function boundElsewhere(): Problem {
  return new Problem('window_bound_elsewhere', 'It was opened first in another browser; go back and open a new one.');
}
