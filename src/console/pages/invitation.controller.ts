import { Controller, Get, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { Accounts } from '../../accounts/accounts.ts';
import type { SignedInAccount } from '../../accounts/account.ts';
import { ShownAuthenticators, type ShownAuthenticator } from '../../accounts/shown-authenticators.ts';
import { Problem } from '../../domain/problem.ts';
import { addressOf } from '../../http/address.ts';
import { readCookie, setCookie } from '../../http/cookies.ts';
import type { BodyType } from '../../http/fastify.ts';
import { FormLimits } from '../../http/form-limits.ts';
import { Assets } from '../../pages/assets.ts';
import { sendPage } from '../../pages/page.ts';
import { Visitor } from '../../pages/visitor.ts';
import { CONSOLE_COOKIE, ConsoleSessions } from '../console-sessions.ts';
import type { SeenInvitation } from '../invitation.store.ts';
import { Members } from '../members.ts';
import { ConsoleProblemFilter } from './console-problem.filter.ts';
import { consoleVisitor, pathIn } from './frame.ts';
import { acceptPage, goneInvitationPage, INVITATION, joinPage, type JoinFault } from './invitation.page.ts';

const FORM = { bodyType: 'form' satisfies BodyType };
/** Attempts to join by one link in an hour. */
const JOINS = { times: 20, seconds: 3_600 };
/** The form of the secret in a link. */
const SECRET = /^[\w-]{43}$/;
/** The cookie that keeps the secret of a link, and for how long a person may take to join. */
const SECRET_COOKIE = 'console-invitation';
const SECRET_SECONDS = 3_600;

/**
 * The link of an invitation: a person joins with a new account, or accepts with the one that is signed in. The link itself
 * only puts its secret into a cookie and leads on, so that it stays in no history, no address of a form and no `then`.
 */
@ApiExcludeController()
@UseFilters(ConsoleProblemFilter)
@Controller('console')
export class ConsoleInvitationController {
  constructor(
    private readonly members: Members,
    private readonly accounts: Accounts,
    private readonly authenticators: ShownAuthenticators,
    private readonly sessions: ConsoleSessions,
    private readonly assets: Assets,
    private readonly environment: Environment,
    private readonly limits: FormLimits,
  ) {}

  /** Uses nothing up: programs that preview links open them too. */
  @Get('invitations/:secret')
  open(@Res({ passthrough: true }) reply: FastifyReply, @Param('secret') secret: string): string {
    this.keep(reply, SECRET.test(secret) ? secret : '');
    void reply
      .status(303)
      .headers({ Location: INVITATION, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' });
    return '';
  }

  @Get('invitation')
  async page(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { visitor, invitation, account } = await this.opened(request, reply);
    if (!invitation) return sendPage(reply, this.assets, goneInvitationPage(consoleVisitor(visitor)));
    if (account) {
      const reader = { ...consoleVisitor(visitor), account, formToken: visitor.formToken() };
      const membership = await this.members.membership(account.id, invitation.client.clientId);
      return sendPage(reply, this.assets, acceptPage(reader, { invitation, membership }));
    }
    return this.showJoin(reply, visitor, { invitation, shown: this.authenticators.show(placeOf(invitation)) });
  }

  /** Accepts with the account that is signed in. */
  @Post('invitation/accept')
  @RouteConfig(FORM)
  async accept(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { visitor, secret, invitation, account } = await this.opened(request, reply);
    visitor.form();
    if (!account) throw new Problem('session_ended', 'Sign in again.');
    const outcome = invitation ? await this.members.accept(secret, account, addressOf(request)) : 'gone';
    if (outcome === 'gone' || !invitation)
      return sendPage(reply, this.assets, goneInvitationPage(consoleVisitor(visitor)));
    this.keep(reply, '');
    void reply.status(303).header('Location', pathIn(invitation, 'home'));
    return '';
  }

  /** Makes an account and accepts with it. The person then signs in, with the next one-time password. */
  @Post('invitation/join')
  @RouteConfig(FORM)
  async join(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { visitor, secret, invitation } = await this.opened(request, reply);
    const { login = '', name = '', chosen = '', again = '', code = '', sealed = '' } = visitor.form();
    if (!invitation) return sendPage(reply, this.assets, goneInvitationPage(consoleVisitor(visitor)));
    // Before anything is hashed: a link serves strangers, and hashing has few turns.
    await this.limits.spend({ name: 'console-join', of: invitation.id, ...JOINS });
    const shown = this.authenticators.shown(sealed, placeOf(invitation));
    const account = { login: login.trim(), name: name.normalize('NFC').trim() };
    const form = { invitation, shown, ...account };
    const standing = await this.accounts.standingOf('console', account);
    if (standing !== 'free') return this.showJoin(reply, visitor, { ...form, fault: standing });
    const proof = await this.accounts.prove({ chosen, again, totpSecret: shown.totpSecret, code });
    if ('fault' in proof) return this.showJoin(reply, visitor, { ...form, fault: proof.fault });
    const outcome = await this.members.acceptAnew(secret, { ...account, ...proof.proven }, addressOf(request));
    if (outcome === 'gone' || outcome === 'member')
      return sendPage(reply, this.assets, goneInvitationPage(consoleVisitor(visitor)));
    if (outcome !== 'accepted') return this.showJoin(reply, visitor, { ...form, fault: outcome });
    this.keep(reply, '');
    void reply.status(303).header('Location', '/console/sign-in?done=joined');
    return '';
  }

  private async opened(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<{
    visitor: Visitor;
    secret: string;
    invitation: SeenInvitation | undefined;
    account: SignedInAccount | undefined;
  }> {
    const cookie = { name: CONSOLE_COOKIE, issuer: this.environment.ISSUER };
    const visitor = new Visitor(request, reply, cookie, this.assets.words);
    const secret = readCookie(request, SECRET_COOKIE, this.environment.ISSUER) ?? '';
    const invitation = SECRET.test(secret) ? await this.members.see(secret) : undefined;
    return { visitor, secret, invitation, account: await this.sessions.signedIn(visitor.digest) };
  }

  /** Keeps the secret of a link in the browser; an empty one takes it away. */
  private keep(reply: FastifyReply, secret: string): void {
    const seconds = secret === '' ? 0 : SECRET_SECONDS;
    setCookie(reply, { name: SECRET_COOKIE, value: secret, seconds }, this.environment.ISSUER);
  }

  private showJoin(
    reply: FastifyReply,
    visitor: Visitor,
    form: {
      invitation: SeenInvitation;
      shown: ShownAuthenticator;
      login?: string;
      name?: string;
      fault?: JoinFault;
    },
  ): string {
    return sendPage(reply, this.assets, joinPage(consoleVisitor(visitor), form, visitor.formToken()));
  }
}

function placeOf({ id }: SeenInvitation): string {
  return `console_invitations:totp_secret:${id}`;
}
