import { Controller, Get } from '@nestjs/common';
import { Figures } from '../../figures/figures.ts';
import { Endpoints } from '../../webhooks/endpoints.ts';
import { Members } from '../members.ts';
import { ConsolePages, MayIn } from './console.guard.ts';
import { AtConsole, type ConsoleRequest } from './console-request.ts';
import { pathIn } from './frame.ts';
import { clientHomePage, clientsPage } from './home.page.ts';

/** The console's first pages: the clients of a person, and the home of a client. */
@ConsolePages()
@Controller('console')
export class ConsoleHomeController {
  constructor(
    private readonly members: Members,
    private readonly figures: Figures,
    private readonly endpoints: Endpoints,
  ) {}

  @Get()
  @MayIn('signed_in')
  async clients(@AtConsole() at: ConsoleRequest): Promise<string> {
    const memberships = await this.members.memberships(at.account.id);
    const [only] = memberships;
    if (only && memberships.length === 1) {
      return at.go(
        `${pathIn(only, 'home')}${at.done !== undefined && at.done in at.common.done ? `?done=${at.done}` : ''}`,
      );
    }
    return at.show(clientsPage(at.reader, memberships, at.done));
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
