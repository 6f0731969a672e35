import { Controller, Get, Param, Post } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { Environment } from '../../../config/environment.ts';
import { Problem } from '../../domain/problem.ts';
import type { BodyType } from '../../http/fastify.ts';
import { OpaqueId } from '../../http/opaque-id.ts';
import type { ListedMember, MemberChange } from '../member.store.ts';
import { Members, readInvitation } from '../members.ts';
import { ConsolePages, MayIn, notFoundHere } from './console.guard.ts';
import { AtConsole, type ConsoleRequest } from './console-request.ts';
import { invitedPage, peoplePage, type PeopleFault } from './people.page.ts';

const FORM = { bodyType: 'form' satisfies BodyType };

/** The people of a client: members, and invitations that wait. What gives or takes access needs the one-time password. */
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
    let secret: string;
    try {
      // A one-time password serves once, so it is asked for last.
      const invitation = readInvitation({ invitee, role });
      if (!(await at.confirmed())) return await this.show(at, { kind: 'code', form: 'invite' });
      secret = await this.members.invite(at.client, invitation, at.actor);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'invalid_request') throw error;
      return this.show(at, { kind: 'invitation', form: 'invite' });
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
    if (!(await at.confirmed())) return this.show(at, { kind: 'code', form: 'role', memberId: id });
    const change = await this.members.changeRole(at.client, member, at.fields['role'] ?? '', at.actor);
    return this.answer(at, change, 'role');
  }

  @Post(':id/end')
  @RouteConfig(FORM)
  @MayIn('people')
  async end(@AtConsole() at: ConsoleRequest, @Param('id', new OpaqueId(notFoundHere)) id: string): Promise<string> {
    const member = await this.find(at, id);
    if (!(await at.confirmed())) return this.show(at, { kind: 'code', form: 'end', memberId: id });
    return this.answer(at, await this.members.end(at.client, member, at.actor), 'end');
  }

  private async find(at: ConsoleRequest, id: string): Promise<ListedMember> {
    const member = (await this.members.list(at.client)).find((one) => one.id === id);
    if (!member) throw notFoundHere();
    return member;
  }

  private answer(at: ConsoleRequest, change: MemberChange, done: string): Promise<string> | string {
    if (change === 'unknown') throw notFoundHere();
    if (change === 'last_owner') return this.show(at, { kind: 'last_owner' });
    return at.go(`${at.path('people')}?done=${done}`);
  }

  private async show(at: ConsoleRequest, fault?: PeopleFault): Promise<string> {
    const [members, invitations] = await Promise.all([this.members.list(at.client), this.members.invited(at.client)]);
    return at.show(peoplePage(at.clientReader, { members, invitations, fault, fields: at.fields, done: at.done }));
  }
}
