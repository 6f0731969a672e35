import { Controller, Get, Post, Query, Req, Res, UseFilters } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { addressOf } from '../../http/address.ts';
import type { BodyType } from '../../http/fastify.ts';
import { Assets } from '../../pages/assets.ts';
import { sendPage } from '../../pages/page.ts';
import { Visitor } from '../../pages/visitor.ts';
import { CONSOLE_COOKIE, ConsoleSessions } from '../console-sessions.ts';
import { ConsoleProblemFilter } from './console-problem.filter.ts';
import { consoleVisitor } from './frame.ts';
import { consoleSignInPage } from './sign-in.page.ts';

/** Characters of a refused login that the page shows again; every real login is shorter. */
const LONGEST_LOGIN = 100;

/** A page of the console, to which a person comes back who signed in for it. */
const OWN_PAGE = /^\/console(\/[\w.~-]+)+(\?[\w.~=&%-]*)?$/;
const LONGEST_PAGE = 500;

/** Signing in at the console. */
@ApiExcludeController()
@UseFilters(ConsoleProblemFilter)
@Controller('console/sign-in')
export class ConsoleSignInController {
  constructor(
    private readonly sessions: ConsoleSessions,
    private readonly assets: Assets,
    private readonly environment: Environment,
  ) {}

  @Get()
  page(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('then') then: unknown,
    @Query('done') done: unknown,
  ): string {
    const visitor = this.visitor(request, reply);
    const shown = { then: ownPageIn(then), hasJoined: done === 'joined' };
    return sendPage(reply, this.assets, consoleSignInPage(consoleVisitor(visitor), visitor.formToken(), shown));
  }

  @Post()
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async signIn(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const visitor = this.visitor(request, reply);
    const { login = '', password = '', code = '', then } = visitor.form();
    const typed = { login, password, code, address: addressOf(request) };
    const account = await this.sessions.signIn(typed, visitor.digest, () => visitor.renew());
    if (account) {
      void reply.status(303).header('Location', ownPageIn(then) ?? '/console');
      return '';
    }
    const shown = { then: ownPageIn(then), refused: login.slice(0, LONGEST_LOGIN) };
    return sendPage(reply, this.assets, consoleSignInPage(consoleVisitor(visitor), visitor.formToken(), shown));
  }

  private visitor(request: FastifyRequest, reply: FastifyReply): Visitor {
    const cookie = { name: CONSOLE_COOKIE, issuer: this.environment.ISSUER };
    return new Visitor(request, reply, cookie, this.assets.words);
  }
}

function ownPageIn(then: unknown): string | undefined {
  return typeof then === 'string' && then.length <= LONGEST_PAGE && OWN_PAGE.test(then) ? then : undefined;
}
