import { Controller, Get, Post, Req, Res, UseFilters } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { addressOf } from '../../http/address.ts';
import type { BodyType } from '../../http/fastify.ts';
import { DESK_COOKIE } from '../operator.guard.ts';
import { OperatorSessions } from '../operator-sessions.ts';
import { Assets } from '../../pages/assets.ts';
import { DeskProblemFilter } from './desk-problem.filter.ts';
import { deskVisitor } from './desk.ts';
import { signInPage } from './sign-in.page.ts';
import { sendPage } from '../../pages/page.ts';
import { Visitor } from '../../pages/visitor.ts';

/** Characters of a refused login that the page shows again; every real login is shorter. */
const LONGEST_LOGIN = 100;

/** Signing in at the operators' desk. */
@ApiExcludeController()
@UseFilters(DeskProblemFilter)
@Controller('operator/sign-in')
export class DeskSignInController {
  constructor(
    private readonly sessions: OperatorSessions,
    private readonly assets: Assets,
    private readonly environment: Environment,
  ) {}

  @Get()
  page(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): string {
    const visitor = this.visitor(request, reply);
    return sendPage(reply, this.assets, signInPage(deskVisitor(visitor), visitor.formToken()));
  }

  @Post()
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async signIn(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const visitor = this.visitor(request, reply);
    const { login = '', password = '', code = '' } = visitor.form();
    const typed = { login, password, code, address: addressOf(request) };
    const operator = await this.sessions.signIn(typed, visitor.digest, () => visitor.renew());
    if (operator) {
      void reply.status(303).header('Location', '/operator');
      return '';
    }
    return sendPage(
      reply,
      this.assets,
      signInPage(deskVisitor(visitor), visitor.formToken(), login.slice(0, LONGEST_LOGIN)),
    );
  }

  private visitor(request: FastifyRequest, reply: FastifyReply): Visitor {
    const cookie = { name: DESK_COOKIE, issuer: this.environment.ISSUER };
    return new Visitor(request, reply, cookie, this.assets.words);
  }
}
