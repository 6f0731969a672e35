import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsString, Length, ValidateNested } from 'class-validator';
import { TEXT_STATES, type TextState } from '../domain/text-message.ts';

/** The most receipts of one call, which fit the body of an ordinary request. */
const MOST_RECEIPTS = 100;

export class SmsReceiptInput {
  /**
   * The id that the broker answered when it took the message; the message’s `id` if the answer had none.
   * @example "b7f0c1d2"
   */
  @IsString({ message: 'Send the id of the message as a text' })
  @Length(1, 200, { message: 'Send the id of the message with 1 to 200 characters' })
  messageId: string;

  /**
   * What became of the message. `accepted` and `unknown` are no result yet; after each of the others, a further receipt
   * changes nothing.
   * @example "delivered"
   */
  @IsIn(TEXT_STATES, { message: `Send one of ${TEXT_STATES.join(', ')}` })
  state: TextState;
}

export class SmsReceiptsRequest {
  /** At most 100. */
  @IsArray({ message: 'Send a list of receipts' })
  @ArrayMinSize(1, { message: 'Send at least one receipt' })
  @ArrayMaxSize(MOST_RECEIPTS, { message: `Send at most ${MOST_RECEIPTS} receipts` })
  @ValidateNested({ each: true })
  @Type(() => SmsReceiptInput)
  receipts: SmsReceiptInput[];
}
