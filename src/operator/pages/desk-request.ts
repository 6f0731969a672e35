import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../domain/problem.ts';
import { PLAIN_TEXT } from '../../http/plain-text.ts';
import type { DeskOperator } from '../approvals.ts';
import type { SignedInOperator } from '../operator.ts';
import type { Assets } from '../../pages/assets.ts';
import { deskVisitor, type DeskReader } from './desk.ts';
import type { Locale } from '../../domain/locale.ts';
import { OPERATOR_WORDS } from '../words/languages.ts';
import type { LetterWords } from '../words/words.ts';
import { sendPage, type Page } from '../../pages/page.ts';
import type { Visitor } from '../../pages/visitor.ts';

/** The longest reason, in characters, as in the operators' API. */
const LONGEST_REASON = 200;

/** One request of a signed-in operator whose role permits it; a form carries the desk's own token. */
export class DeskRequest {
  constructor(
    private readonly request: FastifyRequest,
    private readonly reply: FastifyReply,
    private readonly assets: Assets,
    readonly visitor: Visitor,
    readonly operator: SignedInOperator,
    /** What the session is known by. */
    readonly session: Buffer,
    /** What the form sent; nothing where there was none. */
    readonly fields: Readonly<Record<string, string>>,
  ) {}

  get reader(): DeskReader {
    return { ...deskVisitor(this.visitor), operator: this.operator, formToken: this.visitor.formToken() };
  }

  /** The texts of the letter, which has Korean and English on one sheet. */
  get letters(): Record<Locale, LetterWords> {
    const letterIn = (locale: Locale) => this.assets.words.of(OPERATOR_WORDS, locale).letter;
    return { ko: letterIn('ko'), en: letterIn('en') };
  }

  get address(): string {
    return this.request.ip;
  }

  /** The reason that was typed; undefined for one that cannot be kept. */
  get typedReason(): string | undefined {
    const reason = (this.fields['reason'] ?? '').normalize('NFC').trim();
    return reason.length <= LONGEST_REASON && PLAIN_TEXT.test(reason) ? reason : undefined;
  }

  /** Who does what the form asks for. Problems: `invalid_request` without a reason. */
  acting(reason = this.typedReason): DeskOperator {
    if (reason === undefined) {
      const errors = [{ pointer: '/reason', detail: 'Enter a reason in one line of at most 200 characters.' }];
      throw new Problem('invalid_request', 'A reason is required.', { errors });
    }
    return { operator: this.operator.login, operatorId: this.operator.id, reason, address: this.address };
  }

  show(page: Page): string {
    return sendPage(this.reply, this.assets, page);
  }

  /** Leads on; what a form did is not done again by loading the page anew. */
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
