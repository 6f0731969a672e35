import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '../../domain/problem.ts';
import { addressOf } from '../../http/address.ts';
import type { Metrics } from '../../http/metrics.ts';
import { recordShownRefusal } from '../../http/record-refusal.ts';
import type { Assets } from '../../pages/assets.ts';
import { sendPage, type Page } from '../../pages/page.ts';
import type { Visitor } from '../../pages/visitor.ts';
import type { SignedInAccount } from '../account.ts';
import { ACCOUNT_WORDS, type AccountWords } from '../words/words.ts';
import type { FramedPage } from './account-page.ts';

/** A request of a person who is signed in, as the guard of the desk or of the console admitted it. */
export interface Admitted {
  request: FastifyRequest;
  reply: FastifyReply;
  assets: Assets;
  visitor: Visitor;
  /** The digest that identifies the session. */
  session: Buffer;
}

/** One request of a person who is signed in. The guard has checked the permission, and for a form its token. */
export abstract class AccountRequest {
  constructor(
    private readonly admitted: Admitted,
    readonly account: SignedInAccount,
    /** The submitted form fields; empty without a form. */
    readonly fields: Readonly<Record<string, string>>,
  ) {}

  /** Draws a page for this person. */
  abstract framed(page: FramedPage): Page;

  get visitor(): Visitor {
    return this.admitted.visitor;
  }

  get session(): Buffer {
    return this.admitted.session;
  }

  get assets(): Assets {
    return this.admitted.assets;
  }

  get common(): AccountWords {
    return this.visitor.words(ACCOUNT_WORDS);
  }

  get address(): string {
    return addressOf(this.admitted.request);
  }

  /** The completed action that the query names. */
  get done(): string | undefined {
    const { done } = this.admitted.request.query as { done?: unknown };
    return typeof done === 'string' ? done : undefined;
  }

  /** Sends a page; returns its HTML. */
  show(page: Page): string {
    return sendPage(this.admitted.reply, this.assets, page);
  }

  /** Records a refusal that the next page shows beside what it must not lose. */
  refused(refusal: { error: unknown; problem: Problem }, metrics: Metrics): void {
    recordShownRefusal({ ...refusal, request: this.admitted.request, reply: this.admitted.reply }, metrics);
  }

  /** Redirects with 303, so that reloading the page does not submit the form again. */
  go(address: string): string {
    void this.admitted.reply.status(303).header('Location', address);
    return '';
  }
}

export type RequestOfAccount = FastifyRequest & { accountRequest?: AccountRequest };

/** Returns the request that the guard admitted; throws where it was the guard of the other surface, or none. */
export function admittedAs<Kind extends AccountRequest>(
  kind: abstract new (...values: never[]) => Kind,
  context: ExecutionContext,
): Kind {
  const { accountRequest } = context.switchToHttp().getRequest<RequestOfAccount>();
  if (!(accountRequest instanceof kind)) throw new Error(`the controller needs the guard that makes a ${kind.name}`);
  return accountRequest;
}

export const AtAccount = createParamDecorator((_: unknown, context: ExecutionContext): AccountRequest =>
  admittedAs(AccountRequest, context),
);
