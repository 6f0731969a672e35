import { Controller, Get, Headers, Query, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiResponse, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Readable } from 'node:stream';
import type { MonthlyCharge } from '../charges/charge.ts';
import { Charges } from '../charges/charges.ts';
import type { Caller } from '../crypto/access-token.ts';
import { prefers } from '../http/accept.ts';
import { FromClient } from '../http/client.guard.ts';
import { Operation } from '../http/operation.ts';
import { Audit } from './audit.ts';
import { ChargesResponse } from './charges.dto.ts';
import { chargesCsv } from './charges-csv.ts';
import { ForOperators, Permits } from './operator.guard.ts';
import { MonthQuery } from './operator.dto.ts';
import { FromAuditContext, auditedRead, type AuditContext } from './audit-context.ts';

@ApiTags('Operator')
@ForOperators()
@Controller('operator/v1/charges')
export class ChargesController {
  constructor(
    private readonly charges: Charges,
    private readonly audit: Audit,
  ) {}

  /**
   * Returns the charges of a month in won, as JSON or, with `Accept: text/csv`, as CSV: one row per subscription, and
   * rows of earlier months that correct their charges. While `closedAt` is null, the amounts are those of the month so
   * far. Errors: `invalid_request`.
   */
  @Get()
  @Permits('charges')
  @ApiHeader({
    name: 'Audit-Reason',
    required: true,
    description: 'The reason for this read, one line of 1 to 200 characters; kept in the audit',
  })
  @ApiExtraModels(ChargesResponse)
  @ApiResponse({
    status: 200,
    content: {
      'application/json': { schema: { $ref: getSchemaPath(ChargesResponse) } },
      'text/csv': { schema: { type: 'string' } },
    },
  })
  @Operation('getCharges', {
    summary: 'Get the charges of a month',
    answers: 'The charges of the month',
    headers: ['Content-Disposition'],
  })
  async month(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @Query() { month }: MonthQuery,
    @Headers('accept') accept: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const operator = auditedRead(caller, context);
    const closedAt = (await this.charges.closedAt(month)) ?? null;
    await this.audit.recordRead({ ...operator, action: `charges ${month}` }, undefined);
    const batches = this.charges.of(month);
    if (prefers(accept, ['text/csv'])) {
      void reply.header('Content-Disposition', `attachment; filename="charges-${month}.csv"`);
      await reply.type('text/csv; charset=utf-8').send(Readable.from(chargesCsv(batches)));
    } else await reply.type('application/json; charset=utf-8').send(Readable.from(json({ month, closedAt }, batches)));
  }
}

/** Streams the charges as JSON as they are read, because there may be millions. */
async function* json(
  head: { month: string; closedAt: Date | null },
  batches: AsyncIterable<MonthlyCharge[]>,
): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"charges":[`;
  let separator = '';
  for await (const batch of batches) {
    for (const { subscriptionId, lineId, month, days, amount } of batch) {
      yield separator + JSON.stringify({ subscriptionId, lineId, month, days, amount });
      separator = ',';
    }
  }
  yield ']}';
}
