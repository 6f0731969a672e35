import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SignedInAccount } from '../../accounts/account.ts';
import { addressOf } from '../../http/address.ts';
import type { AuditedCall } from '../../operator/audit.ts';
import type { Assets } from '../../pages/assets.ts';
import { sendPage, type Page } from '../../pages/page.ts';
import type { Visitor } from '../../pages/visitor.ts';
import type { ConsoleSessions } from '../console-sessions.ts';
import type { Membership } from '../member.store.ts';
import type { Actor } from '../members.ts';
import { consoleVisitor, pathIn, type ClientReader, type ConsoleReader } from './frame.ts';

/** One request of a person who is signed in. The guard has checked the permission, and for a form its token. */
export class ConsoleRequest {
  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    private readonly parts: { assets: Assets; sessions: ConsoleSessions },
    readonly visitor: Visitor,
    readonly account: SignedInAccount,
    /** The digest that identifies the session. */
    readonly session: Buffer,
    private readonly membership: Membership | undefined,
    /** The submitted form fields; empty without a form. */
    readonly fields: Readonly<Record<string, string>>,
  ) {}

  get reader(): ConsoleReader {
    return { ...consoleVisitor(this.visitor), account: this.account, formToken: this.visitor.formToken() };
  }

  /** The client whose pages these are. */
  get client(): Membership['client'] {
    return this.member.client;
  }

  get member(): Membership {
    if (!this.membership) throw new Error('this route names no client');
    return this.membership;
  }

  get clientReader(): ClientReader {
    return { ...this.reader, client: this.client, member: this.member };
  }

  get address(): string {
    return addressOf(this.request);
  }

  /** The completed action that the query names. */
  get done(): string | undefined {
    const { done } = this.request.query as { done?: unknown };
    return typeof done === 'string' ? done : undefined;
  }

  /** Who acts, for `Members`. */
  get actor(): Actor {
    return {
      login: this.account.login,
      address: this.address,
      ...(this.membership && { memberId: this.membership.id }),
    };
  }

  /** The address of a page of this client. */
  path(page: string): string {
    return pathIn(this.member, page);
  }

  /** What the audit says of an action at this client; `what` names what was changed, and no secret. */
  call(action: string, what = '-'): AuditedCall {
    return {
      operator: `console:${this.account.login}`,
      action: `console-${action} ${this.client.clientId}`,
      reason: what,
      address: this.address,
    };
  }

  /** Whether the form brings the present one-time password of the person, which is then spent. */
  confirmed(): Promise<boolean> {
    return this.parts.sessions.confirm(this.account, this.fields['code'] ?? '', this.address);
  }

  /** Sends a page; returns its HTML. */
  show(page: Page): string {
    return sendPage(this.reply, this.parts.assets, page);
  }

  /** Redirects with 303, so that reloading the page does not submit the form again. */
  go(address: string): string {
    void this.reply.status(303).header('Location', address);
    return '';
  }
}

export type RequestAtConsole = FastifyRequest & { consoleRequest?: ConsoleRequest };

export const AtConsole = createParamDecorator((_: unknown, context: ExecutionContext): ConsoleRequest => {
  const { consoleRequest } = context.switchToHttp().getRequest<RequestAtConsole>();
  if (!consoleRequest) throw new Error('AtConsole needs ConsolePages on the controller');
  return consoleRequest;
});
