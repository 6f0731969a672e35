import { Controller, Get, Param, Post, Req, Res, UseFilters } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Environment } from '../../../config/environment.ts';
import { Accounts } from '../../accounts/accounts.ts';
import type { SignedInAccount } from '../../accounts/account.ts';
import { newTotpSecret } from '../../crypto/account-secrets.ts';
import { ServiceKeys } from '../../crypto/service-keys.ts';
import { Problem } from '../../domain/problem.ts';
import { addressOf } from '../../http/address.ts';
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
import { acceptPage, goneInvitationPage, joinPage, type JoinFault } from './invitation.page.ts';

const FORM = { bodyType: 'form' satisfies BodyType };
/** Attempts to join by one link in an hour. */
const JOINS = { times: 20, seconds: 3_600 };
/** The form of the secret in a link. */
const SECRET = /^[\w-]{43}$/;

/** The link of an invitation: a person joins with a new account, or accepts with the one that is signed in. */
@ApiExcludeController()
@UseFilters(ConsoleProblemFilter)
@Controller('console/invitations/:secret')
export class ConsoleInvitationController {
  constructor(
    private readonly members: Members,
    private readonly accounts: Accounts,
    private readonly sessions: ConsoleSessions,
    private readonly keys: ServiceKeys,
    private readonly assets: Assets,
    private readonly environment: Environment,
    private readonly limits: FormLimits,
  ) {}

  @Get()
  async page(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('secret') secret: string,
  ): Promise<string> {
    const { visitor, invitation, account } = await this.open(request, reply, secret);
    if (!invitation) return sendPage(reply, this.assets, goneInvitationPage(consoleVisitor(visitor)));
    if (account) {
      const reader = { ...consoleVisitor(visitor), account, formToken: visitor.formToken() };
      const membership = await this.members.membership(account.id, invitation.client.clientId);
      return sendPage(reply, this.assets, acceptPage(reader, { invitation, membership, secret }));
    }
    return this.showJoin(reply, visitor, { invitation, secret, totpSecret: newTotpSecret() });
  }

  /** Accepts with the account that is signed in. */
  @Post('accept')
  @RouteConfig(FORM)
  async accept(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('secret') secret: string,
  ): Promise<string> {
    const { visitor, invitation, account } = await this.open(request, reply, secret);
    visitor.form();
    if (!account) throw new Problem('session_ended', 'Sign in again.');
    const outcome = invitation ? await this.members.accept(secret, account, addressOf(request)) : 'gone';
    if (outcome === 'gone' || !invitation)
      return sendPage(reply, this.assets, goneInvitationPage(consoleVisitor(visitor)));
    void reply.status(303).header('Location', pathIn(invitation, 'home'));
    return '';
  }

  /** Makes an account and accepts with it. The person then signs in, with the next one-time password. */
  @Post('join')
  @RouteConfig(FORM)
  async join(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('secret') secret: string,
  ): Promise<string> {
    const { visitor, invitation } = await this.open(request, reply, secret);
    const { login = '', name = '', chosen = '', again = '', code = '', sealed = '' } = visitor.form();
    if (!invitation) return sendPage(reply, this.assets, goneInvitationPage(consoleVisitor(visitor)));
    // Before anything is hashed: a link serves strangers, and hashing has few turns.
    await this.limits.spend({ name: 'console-join', of: invitation.id, ...JOINS });
    const totpSecret = this.unsealed(sealed, invitation);
    const account = { login: login.trim(), name: name.normalize('NFC').trim() };
    const form = { invitation, secret, totpSecret, ...account };
    const standing = await this.accounts.standingOf('console', account);
    if (standing !== 'free') return this.showJoin(reply, visitor, { ...form, fault: standing });
    const proof = await this.accounts.prove({ chosen, again, totpSecret, code });
    if ('fault' in proof) return this.showJoin(reply, visitor, { ...form, fault: proof.fault });
    const outcome = await this.members.acceptAnew(secret, { ...account, ...proof.proven }, addressOf(request));
    if (outcome === 'gone' || outcome === 'member')
      return sendPage(reply, this.assets, goneInvitationPage(consoleVisitor(visitor)));
    if (outcome !== 'accepted') return this.showJoin(reply, visitor, { ...form, fault: outcome });
    void reply.status(303).header('Location', '/console/sign-in?done=joined');
    return '';
  }

  private async open(
    request: FastifyRequest,
    reply: FastifyReply,
    secret: string,
  ): Promise<{ visitor: Visitor; invitation: SeenInvitation | undefined; account: SignedInAccount | undefined }> {
    const cookie = { name: CONSOLE_COOKIE, issuer: this.environment.ISSUER };
    const visitor = new Visitor(request, reply, cookie, this.assets.words);
    const invitation = SECRET.test(secret) ? await this.members.see(secret) : undefined;
    return { visitor, invitation, account: await this.sessions.signedIn(visitor.digest) };
  }

  private showJoin(
    reply: FastifyReply,
    visitor: Visitor,
    form: {
      invitation: SeenInvitation;
      secret: string;
      totpSecret: string;
      login?: string;
      name?: string;
      fault?: JoinFault;
    },
  ): string {
    const sealed = this.keys.fields.encrypt(form.totpSecret, placeOf(form.invitation)).toString('base64url');
    return sendPage(reply, this.assets, joinPage(consoleVisitor(visitor), { ...form, sealed }, visitor.formToken()));
  }

  /** The secret of the authenticator that the page showed. One that no page of this invitation showed is none. */
  private unsealed(sealed: string, invitation: SeenInvitation): string {
    try {
      const secret = this.keys.fields.decryptIfOf(Buffer.from(sealed, 'base64url'), placeOf(invitation));
      if (secret) return secret.toString();
    } catch {
      // The key of a page from before a change of keys, or no ciphertext at all.
    }
    return newTotpSecret();
  }
}

function placeOf({ id }: SeenInvitation): string {
  return `console_invitations:totp_secret:${id}`;
}
