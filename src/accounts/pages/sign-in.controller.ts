import { Get, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { addressOf } from '../../http/address.ts';
import type { BodyType } from '../../http/fastify.ts';
import { Assets } from '../../pages/assets.ts';
import { sendPage } from '../../pages/page.ts';
import { Visitor } from '../../pages/visitor.ts';
import type { SignInAndOut } from '../realm-sessions.ts';
import type { AccountSurface } from './account-surface.ts';
import { signInPage, type ShownSignIn } from './sign-in.page.ts';

/** Characters of a refused login that the page shows again; every real login is shorter. */
const LONGEST_LOGIN = 100;

/** The path below a surface, to which a person comes back who signed in for it. */
const OWN_PATH = /^(\/[\w.~-]+)+(\?[\w.~=&%-]*)?$/;
const LONGEST_PAGE = 500;

/** Signing in at the desk or at the console. */
export abstract class SignInController {
  protected constructor(
    private readonly surface: AccountSurface,
    private readonly parts: { sessions: SignInAndOut; assets: Assets; environment: Environment },
  ) {}

  @Get()
  page(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Query('then') then: unknown,
    @Query('done') done: unknown,
  ): string {
    return this.show(this.visitor(request, reply), reply, {
      then: this.ownPageIn(then),
      hasJoined: done === 'joined',
    });
  }

  @Post()
  @RouteConfig({ bodyType: 'form' satisfies BodyType })
  async signIn(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const visitor = this.visitor(request, reply);
    const { login = '', password = '', code = '', then: wanted } = visitor.form();
    const then = this.ownPageIn(wanted);
    const typed = { login, password, code, address: addressOf(request) };
    const account = await this.parts.sessions.signIn(typed, visitor.digest, () => visitor.renew());
    if (!account) return this.show(visitor, reply, { then, refused: login.slice(0, LONGEST_LOGIN) });
    void reply.status(303).header('Location', then ?? this.surface.home);
    return '';
  }

  private show(visitor: Visitor, reply: FastifyReply, shown: ShownSignIn): string {
    return sendPage(reply, this.parts.assets, signInPage(this.surface, visitor, shown));
  }

  private visitor(request: FastifyRequest, reply: FastifyReply): Visitor {
    const { assets, environment } = this.parts;
    return new Visitor(request, reply, { name: this.surface.cookie, issuer: environment.ISSUER }, assets.words);
  }

  private ownPageIn(then: unknown): string | undefined {
    const { home } = this.surface;
    if (typeof then !== 'string' || then.length > LONGEST_PAGE || !then.startsWith(home)) return undefined;
    return OWN_PATH.test(then.slice(home.length)) ? then : undefined;
  }
}
