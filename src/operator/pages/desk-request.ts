import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AccountRequest, admittedAs, type Admitted } from '../../accounts/pages/account-request.ts';
import type { FramedPage } from '../../accounts/pages/account-page.ts';
import { Problem } from '../../domain/problem.ts';
import { SHOWN_TEXT } from '../../http/plain-text.ts';
import type { DeskOperator } from '../approvals.ts';
import type { DeskFrame } from '../desk-frame.ts';
import type { Doer } from '../second-person.ts';
import type { SignedInOperator } from '../operator.ts';
import { deskPage, deskVisitor, type DeskReader } from './desk.ts';
import { OPERATOR_WORDS } from '../words/words.ts';
import type { LetterWords } from '../words/words.ts';
import type { Page } from '../../pages/page.ts';

/** The maximum length of a reason in characters, as in the operators' API. */
const LONGEST_REASON = 200;

/** The languages of a letter, whatever others the pages have. */
export type LetterLocale = 'ko' | 'en';

/** One request of a signed-in operator. The guard has checked the permission, and for a form its token. */
export class DeskRequest extends AccountRequest {
  constructor(
    admitted: Admitted,
    readonly operator: SignedInOperator,
    readonly frame: DeskFrame,
    fields: Readonly<Record<string, string>>,
  ) {
    super(admitted, operator, fields);
  }

  get reader(): DeskReader {
    const { operator, frame } = this;
    return { ...deskVisitor(this.visitor), operator, frame, formToken: this.visitor.formToken() };
  }

  /** The texts of the letter, which prints Korean and English on one sheet. */
  get letters(): Record<LetterLocale, LetterWords> {
    const letterIn = (locale: LetterLocale) => this.assets.words.of(OPERATOR_WORDS, locale).letter;
    return { ko: letterIn('ko'), en: letterIn('en') };
  }

  framed(page: FramedPage): Page {
    return deskPage({ ...page, reader: this.reader });
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
}

export const AtDesk = createParamDecorator((_: unknown, context: ExecutionContext): DeskRequest =>
  admittedAs(DeskRequest, context),
);
