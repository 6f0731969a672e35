import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { base32, TOTP_SECRET_BYTES } from '../../src/crypto/totp.ts';
import type { MemberRole } from '../../src/domain/console.ts';
import { codeOf, PageBrowser, type PageAnswer } from './desk.ts';
import type { TestService } from './service.ts';

/** A browser without scripts at the console. */
export class ConsoleBrowser extends PageBrowser {
  constructor(service: TestService) {
    super(service, '/console');
  }

  /** Opens the link of an invitation, which leads to its page. */
  async follow(link: string): Promise<PageAnswer> {
    const { location } = await this.get(link);
    return this.get(location ?? '');
  }
}

/** A person who is signed in at the console, and an authenticator. */
export class Member extends ConsoleBrowser {
  private constructor(
    service: TestService,
    readonly login: string,
    readonly accountId: string,
    readonly totpSecret: string,
  ) {
    super(service);
  }

  /** Makes an account that is signed in, and a member of these clients. */
  static async of(service: TestService, roles: Readonly<Record<string, MemberRole>>): Promise<Member> {
    const [accountId, login] = [randomUUID(), `m${randomBytes(6).toString('hex')}`];
    const [secret, cookie] = [randomBytes(TOTP_SECRET_BYTES), randomBytes(32).toString('base64url')];
    await service.rows.console.addAccount({
      id: accountId,
      login,
      totpSecret: service.keys.fields.encrypt(secret, `operators:totp_secret:${accountId}`),
      session: createHash('sha256').update(cookie).digest(),
    });
    for (const [clientId, role] of Object.entries(roles)) {
      await service.rows.console.addMember(clientId, accountId, role);
    }
    const member = new Member(service, login, accountId, base32(secret));
    member.cookies.set('console', cookie);
    return member;
  }

  /** Submits a form that needs the present one-time password, which is made valid again first. */
  async confirm(path: string, fields: Record<string, string> = {}): Promise<PageAnswer> {
    await this.service.rows.console.forgetTotp(this.login);
    return this.post(path, { ...fields, code: codeOf(this.totpSecret) });
  }
}

/** The text of a page, without its elements. */
export function textOf({ html }: PageAnswer): string {
  return html
    .replace(/<(script|style)[^]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&#39;', '’')
    .replace(/\s+/g, ' ')
    .trim();
}
