import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../domain/problem.ts';
import { addressOf } from '../../http/address.ts';
import { SHOWN_TEXT } from '../../http/plain-text.ts';
import type { DeskOperator } from '../approvals.ts';
import type { Doer } from '../second-person.ts';
import type { SignedInOperator } from '../operator.ts';
import type { Assets } from '../../pages/assets.ts';
import { deskVisitor, type DeskReader } from './desk.ts';
import { OPERATOR_WORDS } from '../words/words.ts';
import type { LetterWords } from '../words/words.ts';
import { sendPage, type Page } from '../../pages/page.ts';
import type { Visitor } from '../../pages/visitor.ts';

/** The maximum length of a reason in characters, as in the operators' API. */
const LONGEST_REASON = 200;

/** The languages of a letter, whatever others the pages have. */
export type LetterLocale = 'ko' | 'en';

/** One request of a signed-in operator. The guard has checked the permission, and for a form its token. */
export class DeskRequest {
  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    private readonly assets: Assets,
    readonly visitor: Visitor,
    readonly operator: SignedInOperator,
    /** The digest that identifies the session. */
    readonly session: Buffer,
    /** The submitted form fields; empty without a form. */
    readonly fields: Readonly<Record<string, string>>,
  ) {}

  get reader(): DeskReader {
    return { ...deskVisitor(this.visitor), operator: this.operator, formToken: this.visitor.formToken() };
  }

  /** The texts of the letter, which prints Korean and English on one sheet. */
  get letters(): Record<LetterLocale, LetterWords> {
    const letterIn = (locale: LetterLocale) => this.assets.words.of(OPERATOR_WORDS, locale).letter;
    return { ko: letterIn('ko'), en: letterIn('en') };
  }

  get address(): string {
    return addressOf(this.request);
  }

  /** The typed reason, or undefined if it is not storable: empty, too long, or not one line of plain text. */
  get typedReason(): string | undefined {
    const reason = (this.fields['reason'] ?? '').normalize('NFC').trim();
    return reason.length <= LONGEST_REASON && SHOWN_TEXT.test(reason) ? reason : undefined;
  }

  /** Returns the operator who performs the action. Problems: `invalid_request` without a reason. */
  acting(reason = this.typedReason): DeskOperator {
    if (reason === undefined) {
      const errors = [{ pointer: '/reason', detail: 'Enter a reason in one line of at most 200 characters.' }];
      throw new Problem('invalid_request', 'A reason is required.', { errors });
    }
    return { operator: this.operator.login, operatorId: this.operator.id, reason, address: this.address };
  }

  /** Returns the operator for what may take two people. Problems: `invalid_request` without a reason. */
  doing(): Doer {
    const { operatorId: id, ...operator } = this.acting();
    return { ...operator, id, actor: 'operator' };
  }

  /** Sends a page; returns its HTML. */
  show(page: Page): string {
    return sendPage(this.reply, this.assets, page);
  }

  /** Redirects with 303, so that reloading the page does not submit the form again. */
  go(address: string): string {
    void this.reply.status(303).header('Location', address);
    return '';
  }
}

export type RequestAtDesk = FastifyRequest & { deskRequest?: DeskRequest };

export const AtDesk = createParamDecorator((_: unknown, context: ExecutionContext): DeskRequest => {
  const { deskRequest } = context.switchToHttp().getRequest<RequestAtDesk>();
  if (!deskRequest) throw new Error('AtDesk needs DeskGuard on the controller');
  return deskRequest;
});
