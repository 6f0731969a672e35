import { Get, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { AuthenticatorFault } from '../../domain/account.ts';
import type { BodyType } from '../../http/fastify.ts';
import type { AccountRecord } from '../account-record.ts';
import { Accounts } from '../accounts.ts';
import type { SignInAndOut } from '../realm-sessions.ts';
import { ShownAuthenticators, type ShownAuthenticator } from '../shown-authenticators.ts';
import { AtAccount, type AccountRequest } from './account-request.ts';
import type { AccountSurface } from './account-surface.ts';
import { OwnAccount } from './admit.ts';
import { chooseAuthenticatorPage, choosePasswordPage } from './own-account.page.ts';

const FORM = { bodyType: 'form' satisfies BodyType };

/** What a person at the desk or at the console does with the own account: the password, the authenticator, and signing out. */
export abstract class OwnAccountController {
  protected constructor(
    private readonly surface: AccountSurface,
    private readonly parts: {
      accounts: Accounts;
      authenticators: ShownAuthenticators;
      sessions: SignInAndOut;
      record: AccountRecord;
    },
  ) {}

  @Get('password')
  @OwnAccount()
  password(@AtAccount() at: AccountRequest): string {
    return at.show(choosePasswordPage(at, this.surface.home, null));
  }

  @Post('password')
  @RouteConfig(FORM)
  @OwnAccount()
  async choosePassword(@AtAccount() at: AccountRequest): Promise<string> {
    const { present = '', chosen = '', again = '' } = at.fields;
    const { accounts, record } = this.parts;
    const { login } = at.account;
    const fault = await accounts.choosePassword(
      at.account,
      { present, chosen, again, address: at.address },
      {
        renewed: () => at.visitor.renew(),
        changed: (session) => record.done(session, { login, address: at.address, action: 'password' }),
      },
    );
    const { home } = this.surface;
    return fault ? at.show(choosePasswordPage(at, home, fault)) : at.go(`${home}?done=password`);
  }

  @Get('authenticator')
  @OwnAccount()
  authenticator(@AtAccount() at: AccountRequest): string {
    return this.showAuthenticator(at, this.parts.authenticators.show(placeOf(at)), null);
  }

  @Post('authenticator')
  @RouteConfig(FORM)
  @OwnAccount()
  async chooseAuthenticator(@AtAccount() at: AccountRequest): Promise<string> {
    const { present = '', old = '', code = '', sealed = '' } = at.fields;
    const { accounts, authenticators, record } = this.parts;
    const shown = authenticators.shown(sealed, placeOf(at));
    const deed = { login: at.account.login, address: at.address, action: 'authenticator' as const };
    const fault = await accounts.chooseAuthenticator(
      at.account,
      { present, old, code, totpSecret: shown.totpSecret, address: at.address },
      {
        renewed: () => at.visitor.renew(),
        changed: (session) => record.done(session, deed),
        locked: () => record.locked(deed),
      },
    );
    return fault ? this.showAuthenticator(at, shown, fault) : at.go(`${this.surface.home}?done=authenticator`);
  }

  @Post('sign-out')
  @RouteConfig(FORM)
  @OwnAccount()
  async signOut(@AtAccount() at: AccountRequest): Promise<string> {
    await this.parts.sessions.signOut(at.session);
    at.visitor.forget();
    return at.go(`${this.surface.home}/sign-in`);
  }

  private showAuthenticator(at: AccountRequest, shown: ShownAuthenticator, fault: AuthenticatorFault | null): string {
    return at.show(chooseAuthenticatorPage(at, { home: this.surface.home, shown, fault }));
  }
}

/** What the secret of a person's new authenticator is bound to while a page shows it. */
function placeOf({ account }: AccountRequest): string {
  return `accounts:new_totp_secret:${account.id}`;
}
