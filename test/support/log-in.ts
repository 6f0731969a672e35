import { expect } from '@jest/globals';
import { eventually } from './eventually.ts';
import type { Subscriber, TestPerson, TestService } from './service.ts';

/** A browser that logs a person in: it keeps cookies of the service and follows no redirect by itself. */
export class LogInBrowser {
  private readonly cookies = new Map<string, string>();
  private windowId = '';
  /** Seconds for which it keeps the cookie that was set last. */
  cookieSeconds = 0;

  constructor(private readonly service: TestService) {}

  /** Sends one request as a browser does. */
  async ask(address: string | URL, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ');
    const headers = {
      Accept: 'text/html',
      ...(init.headers as Record<string, string>),
      ...(cookie && { Cookie: cookie }),
    };
    const response = await fetch(address, { redirect: 'manual', ...init, headers });
    for (const set of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (set.split(';')[0] ?? '').split('=');
      this.cookieSeconds = Number(/Max-Age=(\d+)/.exec(set)?.[1]);
      if (this.cookieSeconds === 0) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }

  /** Goes to the authorization endpoint, and expects to be sent to a window. */
  async begin(address: string | URL, init?: RequestInit): Promise<void> {
    const response = await this.ask(address, init);
    const location = response.headers.get('location') ?? `no location: ${await response.text()}`;
    expect([response.status, location]).toEqual([303, expect.stringContaining(`${this.service.issuer}/windows/`)]);
    this.windowId = location.split('/').at(-1) ?? '';
  }

  /** Calls what the script of the window calls. */
  async inWindow(path: string, body: object): Promise<Record<string, unknown>> {
    const response = await this.ask(`${this.service.issuer}/windows/${this.windowId}/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Record<string, unknown>;
  }

  /** Types the person, and the code of the text message. */
  async verify(person: TestPerson): Promise<void> {
    const { birthDate, genderDigit, phoneNumber } = person;
    const { received } = this.service.smsc;
    const before = received.length;
    await this.inWindow('authentication', { birthDate, genderDigit, phoneNumber });
    // Not one of an earlier log-in of the same person.
    await eventually('a text message', () => received.slice(before).find(({ to }) => to === phoneNumber));
    const code = await this.service.textedCode(phoneNumber);
    expect(await this.inWindow('verification', { code })).toMatchObject({ state: 'verified' });
  }

  /** Types the person, and the code that the app of the person shows. */
  async verifyByPush(subscriber: Subscriber): Promise<void> {
    const { birthDate, genderDigit, phoneNumber } = subscriber.person;
    await this.inWindow('authentication', { birthDate, genderDigit, phoneNumber });
    const [pending] = await subscriber.phone.pending();
    const code = await this.service.codeOf(subscriber, pending!.id);
    expect(await this.inWindow('verification', { code })).toMatchObject({ state: 'verified' });
  }

  /** The window's page. */
  async page(): Promise<string> {
    return (await this.ask(this.windowAddress)).text();
  }

  get windowAddress(): string {
    return `${this.service.issuer}/windows/${this.windowId}`;
  }

  /** The address to which the window goes when it has ended. */
  async returnAddress(): Promise<string> {
    const address = /data-return-address="([^"]+)"/.exec(await this.page())?.[1] ?? '';
    return address.replaceAll('&amp;', '&');
  }

  /** Leaves the window as its script does; returns the address of the client to which the browser is sent. */
  async leave(): Promise<URL> {
    const response = await this.ask(await this.returnAddress());
    const location = response.headers.get('location') ?? `no:location: ${await response.text()}`;
    expect(response.status).toBe(303);
    return new URL(location);
  }

  /** The whole way from the authorization endpoint back to the client. */
  async logIn(address: string | URL, person: TestPerson): Promise<URL> {
    await this.begin(address);
    await this.verify(person);
    return this.leave();
  }
}
