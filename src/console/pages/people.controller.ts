import { Controller, Get, Param, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Environment } from '../../../config/environment.ts';
import { Problem } from '../../domain/problem.ts';
import type { BodyType } from '../../http/fastify.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import type { ListedMember, MemberChange } from '../member.store.ts';
import { Members } from '../members.ts';
import { ConsolePages, MayIn, notFoundHere } from './console.guard.ts';
import { AtConsole, type ConsoleRequest } from './console-request.ts';
import { invitedPage, peoplePage, type PeopleFault } from './people.page.ts';

const FORM = { bodyType: 'form' satisfies BodyType };

/** The people of a client: members, and invitations that wait. Every change needs the one-time password once more. */
@ConsolePages()
@Controller('console/clients/:clientId/people')
export class ConsolePeopleController {
  constructor(
    private readonly members: Members,
    private readonly environment: Environment,
  ) {}

  @Get()
  @MayIn('look')
  people(@AtConsole() at: ConsoleRequest): Promise<string> {
    return this.show(at);
  }

  @Post('invite')
  @RouteConfig(FORM)
  @MayIn('people')
  async invite(@AtConsole() at: ConsoleRequest): Promise<string> {
    const { invitee = '', role = '' } = at.fields;
    if (!(await at.confirmed())) return this.show(at, 'code');
    let secret: string;
    try {
      secret = await this.members.invite(at.client, { invitee, role }, at.actor);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'invalid_request') throw error;
      return this.show(at, 'invitation');
    }
    const link = `${this.environment.ISSUER}/console/invitations/${secret}`;
    return at.show(invitedPage(at.clientReader, { invitee, link }));
  }

  @Post('invitations/:id/withdraw')
  @RouteConfig(FORM)
  @MayIn('people')
  async withdraw(
    @AtConsole() at: ConsoleRequest,
    @Param('id', new OpaqueId(notFoundHere)) id: string,
  ): Promise<string> {
    if (!(await this.members.withdraw(at.client, id, at.actor))) throw notFoundHere();
    return at.go(`${at.path('people')}?done=withdraw`);
  }

  @Post(':id/role')
  @RouteConfig(FORM)
  @MayIn('people')
  async role(@AtConsole() at: ConsoleRequest, @Param('id', new OpaqueId(notFoundHere)) id: string): Promise<string> {
    const member = await this.find(at, id);
    if (!(await at.confirmed())) return this.show(at, 'code');
    const change = await this.members.changeRole(at.client, member, at.fields['role'] ?? '', at.actor);
    return this.answer(at, change, 'role');
  }

  @Post(':id/end')
  @RouteConfig(FORM)
  @MayIn('people')
  async end(@AtConsole() at: ConsoleRequest, @Param('id', new OpaqueId(notFoundHere)) id: string): Promise<string> {
    const member = await this.find(at, id);
    if (!(await at.confirmed())) return this.show(at, 'code');
    return this.answer(at, await this.members.end(at.client, member, at.actor), 'end');
  }

  private async find(at: ConsoleRequest, id: string): Promise<ListedMember> {
    const member = (await this.members.list(at.client)).find((one) => one.id === id);
    if (!member) throw notFoundHere();
    return member;
  }

  private answer(at: ConsoleRequest, change: MemberChange, done: string): Promise<string> | string {
    if (change === 'unknown') throw notFoundHere();
    if (change === 'last_owner') return this.show(at, 'last_owner');
    return at.go(`${at.path('people')}?done=${done}`);
  }

  private async show(at: ConsoleRequest, fault?: PeopleFault): Promise<string> {
    const [members, invitations] = await Promise.all([this.members.list(at.client), this.members.invited(at.client)]);
    const typed = { invitee: at.fields['invitee'] ?? '', role: at.fields['role'] ?? 'developer' };
    return at.show(peoplePage(at.clientReader, { members, invitations, fault, typed, done: at.done }));
  }
}
