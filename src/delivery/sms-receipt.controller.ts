import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { brokersId } from '../gateways/sms/brokers-id.ts';
import { Operation } from '../http/operation.ts';
import { ForSmsBroker } from './sms-broker.guard.ts';
import { SmsReceiptsRequest } from './sms-receipt.dto.ts';
import { TextMessages } from './text-messages.ts';

@ApiTags('Gateways')
@ForSmsBroker()
@Controller('gateways/sms')
export class SmsReceiptController {
  constructor(private readonly texts: TextMessages) {}

  /**
   * Takes what became of text messages that the broker at `SMS_HTTP_URL` took. The call is signed as Standard Webhooks
   * says, with the same secret as the calls to the broker, within five minutes of its `webhook-timestamp`. Receipts are
   * kept before the answer. The same receipt again, and one of a message that is unknown, get the same answer; after a
   * 5xx the whole call can be sent again. Errors: `signature_invalid`; `not_found` while no secret is configured.
   */
  @Post('receipts')
  @HttpCode(202)
  @Operation('reportSmsReceipts', {
    summary: 'Report what became of text messages',
    answers: 'Kept',
    refuses: ['signature_invalid', 'not_found'],
  })
  async receipts(@Body() { receipts }: SmsReceiptsRequest): Promise<void> {
    await this.texts.received(receipts.map(({ messageId, state }) => ({ messageId: brokersId(messageId), state })));
  }
}
