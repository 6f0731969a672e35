import { Controller, Get, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Accounts } from '../../accounts/accounts.ts';
import { Figures } from '../../figures/figures.ts';
import type { BodyType } from '../../http/fastify.ts';
import { Audit } from '../../operator/audit.ts';
import { Endpoints } from '../../webhooks/endpoints.ts';
import { ConsoleSessions } from '../console-sessions.ts';
import { Members } from '../members.ts';
import { ConsolePages, MayIn } from './console.guard.ts';
import { AtConsole, type ConsoleRequest } from './console-request.ts';
import { pathIn } from './frame.ts';
import { clientHomePage, clientsPage } from './home.page.ts';
import { consolePasswordPage } from './sign-in.page.ts';

const FORM = { bodyType: 'form' satisfies BodyType };

/** The console's first pages: the clients of a person, the person's password, signing out, and the home of a client. */
@ConsolePages()
@Controller('console')
export class ConsoleHomeController {
  constructor(
    private readonly members: Members,
    private readonly accounts: Accounts,
    private readonly sessions: ConsoleSessions,
    private readonly figures: Figures,
    private readonly endpoints: Endpoints,
    private readonly audit: Audit,
  ) {}

  @Get()
  @MayIn('signed_in')
  async clients(@AtConsole() at: ConsoleRequest): Promise<string> {
    const memberships = await this.members.memberships(at.account.id);
    const [only] = memberships;
    if (only && memberships.length === 1) {
      return at.go(`${pathIn(only, 'home')}${at.done === 'password' ? '?done=password' : ''}`);
    }
    return at.show(clientsPage(at.reader, memberships, at.done));
  }

  @Get('password')
  @MayIn('signed_in')
  password(@AtConsole() at: ConsoleRequest): string {
    return at.show(consolePasswordPage(at.reader, null));
  }

  @Post('password')
  @RouteConfig(FORM)
  @MayIn('signed_in')
  async choosePassword(@AtConsole() at: ConsoleRequest): Promise<string> {
    const { present = '', chosen = '', again = '' } = at.fields;
    const typed = { present, chosen, again, address: at.address };
    const fault = await this.accounts.choosePassword(at.account, typed, () => at.visitor.renew());
    if (fault) return at.show(consolePasswordPage(at.reader, fault));
    await this.audit.record({
      operator: `console:${at.account.login}`,
      action: 'console-password',
      reason: '-',
      address: at.address,
    });
    return at.go('/console?done=password');
  }

  @Post('sign-out')
  @RouteConfig(FORM)
  @MayIn('signed_in')
  async signOut(@AtConsole() at: ConsoleRequest): Promise<string> {
    await this.sessions.signOut(at.session);
    at.visitor.forget();
    return at.go('/console/sign-in');
  }

  @Get('clients/:clientId')
  @MayIn('look')
  async home(@AtConsole() at: ConsoleRequest): Promise<string> {
    const [today, endpoints] = await Promise.all([
      this.figures.of(at.client.id, 'today'),
      this.endpoints.list(at.client.id),
    ]);
    return at.show(clientHomePage(at.clientReader, today, { endpoints, done: at.done }));
  }
}
