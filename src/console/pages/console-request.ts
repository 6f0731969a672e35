import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { SignedInAccount } from '../../accounts/account.ts';
import type { FramedPage } from '../../accounts/pages/account-page.ts';
import { AccountRequest, admittedAs, type Admitted } from '../../accounts/pages/account-request.ts';
import type { AuditedCall } from '../../operator/audit.ts';
import type { Page } from '../../pages/page.ts';
import type { ConsoleSessions } from '../console-sessions.ts';
import type { Membership } from '../member.store.ts';
import type { Actor } from '../members.ts';
import { consolePage, consoleVisitor, pathIn, type ClientReader, type ConsoleReader } from './frame.ts';

/** A person who is signed in at the console. */
export type SignedInAtConsole = Extract<SignedInAccount, { realm: 'console' }>;

/** One request of a person who is signed in. The guard has checked the permission, and for a form its token. */
export class ConsoleRequest extends AccountRequest {
  constructor(
    admitted: Admitted,
    private readonly person: SignedInAtConsole,
    private readonly parts: { sessions: ConsoleSessions; membership: Membership | undefined },
    fields: Readonly<Record<string, string>>,
  ) {
    super(admitted, person, fields);
  }

  get reader(): ConsoleReader {
    return { ...consoleVisitor(this.visitor), account: this.account, formToken: this.visitor.formToken() };
  }

  /** The client whose pages these are. */
  get client(): Membership['client'] {
    return this.member.client;
  }

  get member(): Membership {
    if (!this.parts.membership) throw new Error('this route names no client');
    return this.parts.membership;
  }

  get clientReader(): ClientReader {
    return { ...this.reader, client: this.client, member: this.member };
  }

  framed(page: FramedPage): Page {
    return consolePage({ ...page, reader: this.parts.membership ? this.clientReader : this.reader });
  }

  /** Who acts, for `Members`. */
  get actor(): Actor {
    return {
      login: this.account.login,
      address: this.address,
      ...(this.parts.membership && { memberId: this.parts.membership.id }),
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
    return this.parts.sessions.confirm(this.person, this.fields['code'] ?? '', this.address);
  }
}

export const AtConsole = createParamDecorator((_: unknown, context: ExecutionContext): ConsoleRequest =>
  admittedAs(ConsoleRequest, context),
);
