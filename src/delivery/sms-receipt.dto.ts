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
  @IsString()
  @Length(1, 200)
  messageId: string;

  /**
   * What became of the message. `accepted` and `unknown` are no result yet; after each of the others, a further receipt
   * changes nothing.
   * @example "delivered"
   */
  @IsIn(TEXT_STATES)
  state: TextState;
}

export class SmsReceiptsRequest {
  /** At most 100. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MOST_RECEIPTS)
  @ValidateNested({ each: true })
  @Type(() => SmsReceiptInput)
  receipts: SmsReceiptInput[];
}
