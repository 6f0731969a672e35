import { fromBase32, matchingTotpStep, totpOf, totpStep } from '../../src/crypto/totp.ts';
import type { TestService } from './service.ts';

/** The answer of a page. */
export interface PageAnswer {
  status: number;
  location: string | null;
  html: string;
  headers: Headers;
}

/** A browser without scripts. It stores cookies and submits the forms of the pages below one path. */
export class PageBrowser {
  readonly cookies = new Map<string, string>();
  /** The form token that a page showed last, and the cookies with which it was shown. */
  private shown = { token: '', cookie: '' };

  constructor(
    readonly service: TestService,
    private readonly path: string,
  ) {}

  async get(path: string, headers: Record<string, string> = {}): Promise<PageAnswer> {
    return this.send(path, { headers });
  }

  /** Submits a form with the form token of this browser. */
  async post(
    path: string,
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<PageAnswer> {
    return this.postRaw(path, { form: await this.formToken(), ...fields }, headers);
  }

  async postRaw(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<PageAnswer> {
    return this.send(path, { method: 'POST', body: new URLSearchParams(fields), headers });
  }

  /** Reads the form token of this browser from a page that contains one, unless it has the cookies of the last one still. */
  async formToken(): Promise<string> {
    if (this.shown.token !== '' && this.shown.cookie === this.cookie) return this.shown.token;
    const { html, location } = await this.get(`${this.path}/password`);
    const page = location === null ? html : (await this.get(`${this.path}/sign-in`)).html;
    this.shown = { token: /name="form" value="([\w-]{43})"/.exec(page)?.[1] ?? '', cookie: this.cookie };
    return this.shown.token;
  }

  private get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  private async send(
    path: string,
    init: { method?: string; body?: URLSearchParams; headers: Record<string, string> },
  ): Promise<PageAnswer> {
    const { cookie } = this;
    const response = await fetch(this.service.issuer + path, {
      redirect: 'manual',
      ...init,
      headers: { ...(cookie && { Cookie: cookie }), ...init.headers },
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    const html = await response.text();
    return { status: response.status, location: response.headers.get('location'), html, headers: response.headers };
  }
}

export type DeskAnswer = PageAnswer;

/** A browser without scripts at the operators' desk. */
export class DeskBrowser extends PageBrowser {
  constructor(service: TestService) {
    super(service, '/operator');
  }

  /**
   * Signs in as an operator of the demonstration. Resets the last accepted time step first, so that the current
   * one-time password is valid again.
   */
  async signIn(login: string): Promise<this> {
    await this.service.rows.operators.forgetTotp(login);
    const { status, location } = await this.post('/operator/sign-in', credentialsOf(this.service, login));
    if (status !== 303 || location !== '/operator') throw new Error(`${login} was not signed in: ${status}`);
    return this;
  }

  /** Returns the id of the open approval for this subscription, as the page of approvals shows it. */
  async approvalOf(subscriptionId: string): Promise<string> {
    const { html } = await this.get('/operator/approvals');
    const card = html.split('id="approval-').find((part) => part.includes(`/operator/subscriptions/${subscriptionId}`));
    return card?.slice(0, 36) ?? '';
  }
}

/** Returns the credentials with which an operator of the demonstration can sign in now. */
export function credentialsOf(service: TestService, login: string): { login: string; password: string; code: string } {
  const operator = service.process.announcement.operators.find((one) => one.login === login);
  if (!operator) throw new Error(`there is no demo operator ${login}`);
  return { login, password: operator.password, code: codeOf(operator.totpSecret) };
}

/** Returns the current one-time password. */
export function codeOf(totpSecret: string): string {
  return totpOf(fromBase32(totpSecret), totpStep(new Date()));
}

/** Returns six digits that differ from the one-time passwords of all steps near now. */
export function wrongCodeFor(totpSecret: string): string {
  const secret = fromBase32(totpSecret);
  let code = 0;
  while (matchingTotpStep(secret, String(code).padStart(6, '0'), new Date()) !== null) code += 1;
  return String(code).padStart(6, '0');
}
