import { Get, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { BodyType } from '../../http/fastify.ts';
import type { AccountRecord } from '../account-record.ts';
import { Accounts } from '../accounts.ts';
import type { SignInAndOut } from '../realm-sessions.ts';
import { AtAccount, type AccountRequest } from './account-request.ts';
import type { AccountSurface } from './account-surface.ts';
import { OwnAccount } from './admit.ts';
import { choosePasswordPage } from './own-account.page.ts';

const FORM = { bodyType: 'form' satisfies BodyType };

/** What a person at the desk or at the console does with the own account: the password, and signing out. */
export abstract class OwnAccountController {
  protected constructor(
    private readonly surface: AccountSurface,
    private readonly parts: { accounts: Accounts; sessions: SignInAndOut; record: AccountRecord },
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

  @Post('sign-out')
  @RouteConfig(FORM)
  @OwnAccount()
  async signOut(@AtAccount() at: AccountRequest): Promise<string> {
    await this.parts.sessions.signOut(at.session);
    at.visitor.forget();
    return at.go(`${this.surface.home}/sign-in`);
  }
}
