import { Body, Controller, Get, HttpStatus, Param, Post, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { alertNotFound } from '../alerts/alerts.ts';
import { AlertDeviceGuard, ForDevices, FromDevice } from '../devices/device.guard.ts';
import type { ProvenDevice } from '../devices/device-proofs.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { Operation } from '../http/operation.ts';
import { AlertAnswerRequest, AlertsResponse, NewPhoneResponse } from './alert.dto.ts';
import { AnswerAlert } from './answer-alert.ts';

@ApiTags('App')
@ForDevices(AlertDeviceGuard)
@Controller('app/v1/alerts')
export class AlertController {
  constructor(private readonly answers: AnswerAlert) {}

  /**
   * Lists what happened to the subscription from outside the phone, newest first, at most 50. A phone whose place
   * another one took may read and answer alerts for 72 hours.
   */
  @Get()
  @Operation('listAlerts', { summary: 'List alerts', answers: 'The alerts, newest first' })
  list(@FromDevice() device: ProvenDevice): Promise<AlertsResponse> {
    return this.answers.list(device);
  }

  /**
   * Confirms that the person did this. After a SIM change it lifts the suspension and the holds, unless a report of loss
   * stands too. For a new phone it answers the code that enrols it. Errors: `alert_not_found`, `alert_closed`,
   * `pin_mismatch` with `attemptsLeft`, `pin_locked`, `pin_exhausted`.
   */
  @Post(':id/confirm')
  @Operation('confirmAlert', {
    summary: 'Confirm an alert',
    answers: 'Confirmed',
    refuses: [
      'alert_not_found',
      'alert_closed',
      'pin_mismatch',
      'pin_locked',
      'pin_exhausted',
      'subscription_not_active',
    ],
  })
  @ApiNoContentResponse({ description: 'Confirmed' })
  @ApiOkResponse({ type: NewPhoneResponse, description: 'The code for the new phone, to be shown on this phone' })
  async confirm(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(alertNotFound)) id: string,
    @Body() { pinProof }: AlertAnswerRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const given = await this.answers.answer(device, { id, answer: 'confirm', pinProof });
    if (given) void reply.code(HttpStatus.OK).send(given);
    else void reply.code(HttpStatus.NO_CONTENT).send();
  }

  /**
   * Objects: the person did not do this. It lifts a report of loss that was made without a login, stops a request for a
   * new phone, a reissue or a cancellation, and suspends the subscription after an enrolment or an unlocked PIN. Errors:
   * `alert_not_found`, `alert_closed`, `pin_mismatch` with `attemptsLeft`, `pin_locked`, `pin_exhausted`.
   */
  @Post(':id/object')
  @Operation('objectToAlert', {
    summary: 'Object to an alert',
    answers: 'Objected',
    refuses: ['alert_not_found', 'alert_closed', 'pin_mismatch', 'pin_locked', 'pin_exhausted'],
  })
  @ApiNoContentResponse({ description: 'Objected' })
  async object(
    @FromDevice() device: ProvenDevice,
    @Param('id', new OpaqueId(alertNotFound)) id: string,
    @Body() { pinProof }: AlertAnswerRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.answers.answer(device, { id, answer: 'object', pinProof });
    void reply.code(HttpStatus.NO_CONTENT).send();
  }
}
