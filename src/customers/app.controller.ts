import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { FormLimits } from '../http/form-limits.ts';
import { Operation } from '../http/operation.ts';
import { NamedPersonRequest } from '../lines/named-person.dto.ts';
import { readNamedPerson } from '../lines/named-person.ts';
import { LossReportResponse } from './loss-report.dto.ts';
import { addressLimit, senderLimits } from './limits.ts';
import { Reports } from './reports.ts';

@ApiTags('App')
@Controller('app/v1/loss-reports')
export class LossReportController {
  constructor(
    private readonly reports: Reports,
    private readonly limits: FormLimits,
  ) {}

  /**
   * Reports a lost phone from the app on any other phone, enrolled or not. The answer is the same for every person
   * named. The subscription is suspended within a second, and the call centre contacts the subscriber. Limits of
   * one address: 60 reports in ten minutes, 5 a day about one person and 20 a day about one number. Errors:
   * `invalid_request`, `too_many_requests` with `Retry-After`.
   */
  @Post()
  @HttpCode(202)
  @Operation('reportLoss', { summary: 'Report a lost phone', answers: 'Taken down', refuses: ['too_many_requests'] })
  async report(@Body() body: NamedPersonRequest, @Req() request: FastifyRequest): Promise<LossReportResponse> {
    const person = readNamedPerson(body);
    await this.limits.spend(addressLimit('lost_phone', request), ...senderLimits('lost_phone', request, person));
    await this.reports.file('lost_phone', { ...person, byLogin: false });
    return { state: 'taken_down' };
  }
}
