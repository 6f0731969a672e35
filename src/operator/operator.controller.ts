import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { FromClient } from '../http/client.guard.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { subscriptionNotFound } from '../subscriptions/subscriptions.ts';
import { ForOperators, Permits } from './operator.guard.ts';
import { OperatorDesk } from './operator-desk.ts';
import {
  AuditResponse,
  DeedRequestRequest,
  DeedRequestResponse,
  EligibilityResponse,
  EnrolmentResponse,
  OperatorHistoryResponse,
  PhoneNumberQuery,
  ReasonRequest,
  StandingResponse,
  SubscribeRequest,
  SubscriptionResponse,
} from './operator.dto.ts';
import { FromAuditContext, acting, auditedRead, auditedWrite, type AuditContext } from './audit-context.ts';
import { SecondPerson } from './second-person.ts';

const AuditReason = ApiHeader({
  name: 'Audit-Reason',
  required: true,
  description: 'The reason for this read, one line of 1 to 200 characters; kept in the audit',
});
const SubscriptionId = (): ParameterDecorator => Param('id', new OpaqueId(subscriptionNotFound));

@ApiTags('Operator')
@ForOperators()
@Controller('operator/v1')
export class OperatorController {
  constructor(
    private readonly desk: OperatorDesk,
    private readonly secondPerson: SecondPerson,
  ) {}

  /**
   * Returns whether the line of the number can subscribe, and every rule that it does not meet. Errors:
   * `invalid_request`, `service_unavailable` while the carrier's system does not answer.
   */
  @Get('eligibility')
  @Permits('search')
  @AuditReason
  @ApiOperation({ summary: 'Check the eligibility of a line' })
  eligibility(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @Query() { phoneNumber }: PhoneNumberQuery,
  ): Promise<EligibilityResponse> {
    return this.desk.eligibility(auditedRead(caller, context), phoneNumber);
  }

  /**
   * Subscribes a line and returns the code that enrols its app. Errors: `not_eligible` with every rule that the line
   * does not meet in `reasons`, `invalid_request`, `service_unavailable`; `too_many_requests` where one client joins many
   * lines anew whose protection ended within 72 hours.
   */
  @Post('subscriptions')
  @Permits('subscribe')
  @ApiOperation({ summary: 'Subscribe a line' })
  subscribe(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @Body() { phoneNumber, reason }: SubscribeRequest,
  ): Promise<EnrolmentResponse> {
    return this.desk.subscribe(acting(caller, context, reason), phoneNumber);
  }

  /** Lists every subscription of the number, newest first. Errors: `invalid_request`. */
  @Get('subscriptions')
  @Permits('search')
  @AuditReason
  @ApiOperation({ summary: 'Find subscriptions by number' })
  find(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @Query() { phoneNumber }: PhoneNumberQuery,
  ): Promise<SubscriptionResponse[]> {
    return this.desk.find(auditedRead(caller, context), phoneNumber);
  }

  /**
   * Cancels a subscription at once and for good; the person can subscribe again. While a SIM change or a report of loss
   * stands, or within a hold of the line, it takes a client with the scope `operator.decide`, after another client
   * requested it. Errors: `subscription_not_found`, `nothing_to_change`, `insufficient_scope`, `second_person_required`.
   */
  @Post('subscriptions/:id/cancel')
  @Permits('cancel')
  @HttpCode(200)
  @ApiOperation({ summary: 'Cancel a subscription' })
  cancel(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @SubscriptionId() id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<StandingResponse> {
    return this.desk.cancel(acting(caller, context, reason), id);
  }

  /** Suspends a subscription because its phone is lost. Errors: `subscription_not_found`, `nothing_to_change`. */
  @Post('subscriptions/:id/report-loss')
  @Permits('report_loss')
  @HttpCode(200)
  @ApiOperation({ summary: 'Report the loss of a phone' })
  reportLoss(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @SubscriptionId() id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<StandingResponse> {
    return this.desk.reportLoss(auditedWrite(caller, context, reason), id);
  }

  /**
   * Lifts a reported loss, by a client with the scope `operator.decide`, after another client requested it. A suspension
   * by the carrier is lifted by the carrier only, and a SIM change by no resume. Errors: `subscription_not_found`,
   * `nothing_to_change`, `insufficient_scope`, `second_person_required`.
   */
  @Post('subscriptions/:id/resume')
  @Permits('resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Resume after a loss' })
  resume(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @SubscriptionId() id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<StandingResponse> {
    return this.desk.resume(acting(caller, context, reason), id);
  }

  /**
   * Unlocks the PIN of the active device for five more attempts, and tells the person: once in 24 hours alone, and then
   * after another client requested it. Errors: `subscription_not_found`, `second_person_required`; `pin_exhausted` after
   * fifteen wrong PINs without a right one: the phone must be enrolled anew.
   */
  @Post('subscriptions/:id/unlock-pin')
  @Permits('unlock_pin')
  @HttpCode(204)
  @ApiOperation({ summary: 'Unlock the PIN' })
  async unlockPin(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @SubscriptionId() id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<void> {
    await this.desk.unlockPin(acting(caller, context, reason), id);
  }

  /**
   * Issues an enrolment code for a new phone; earlier codes become invalid. In doubt it takes two clients, as cancelling
   * does. Codes for subscriptions whose phone is in use are limited for each client and hour. Errors:
   * `subscription_not_found`, `insufficient_scope`, `second_person_required`, `too_many_requests`.
   */
  @Post('subscriptions/:id/enrolment-code')
  @Permits('enrolment_code')
  @ApiOperation({ summary: 'Issue an enrolment code' })
  enrolmentCode(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @SubscriptionId() id: string,
    @Body() { reason }: ReasonRequest,
  ): Promise<EnrolmentResponse> {
    return this.desk.enrolmentCode(acting(caller, context, reason), id);
  }

  /**
   * Requests a deed that another client may then do, once, within 24 hours. A later suspension, another phone or the end
   * of the subscription voids the request. The person is told of a request to cancel, at most five times a day for each
   * client. Errors: `subscription_not_found`, `nothing_to_change` for a cancelled subscription, `too_many_requests`.
   */
  @Post('subscriptions/:id/requests')
  @Permits('request_deed')
  @ApiOperation({ summary: 'Request what takes two clients' })
  request(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @SubscriptionId() id: string,
    @Body() { deed, reason }: DeedRequestRequest,
  ): Promise<DeedRequestResponse> {
    return this.secondPerson.ask(acting(caller, context, reason), id, deed);
  }

  /** Lists the last twenty authentications, newest first. Errors: `subscription_not_found`. */
  @Get('subscriptions/:id/history')
  @Permits('look')
  @AuditReason
  @ApiOperation({ summary: 'List the last twenty authentications of a subscription' })
  history(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @SubscriptionId() id: string,
  ): Promise<OperatorHistoryResponse[]> {
    return this.desk.historyOf(auditedRead(caller, context), id);
  }

  /** Returns every action of operators on a subscription, and every change of it. Errors: `subscription_not_found`. */
  @Get('subscriptions/:id/audit')
  @Permits('look')
  @AuditReason
  @ApiOperation({ summary: 'Get the audit of a subscription' })
  audit(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @SubscriptionId() id: string,
  ): Promise<AuditResponse> {
    return this.desk.auditOf(auditedRead(caller, context), id);
  }
}
