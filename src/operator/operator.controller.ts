import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiHeader, ApiTags } from '@nestjs/swagger';
import type { Caller } from '../crypto/access-token.ts';
import { FromClient } from '../http/client.guard.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { Operation } from '../http/operation.ts';
import { subscriptionNotFound } from '../subscriptions/subscriptions.ts';
import { ForOperators, Permits } from './operator.guard.ts';
import { authenticationNotFound, OperatorDesk } from './operator-desk.ts';
import type { PhoneLook } from './phone-look.ts';
import { HistoryEntryResponse, PhoneLookResponse } from './phone-look.dto.ts';
import type { SubscriptionLogged } from '../authentication/subscription-log.ts';
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
  @Operation('checkEligibility', {
    summary: 'Check the eligibility of a line',
    answers: 'Whether the line can subscribe',
  })
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
  @Operation('subscribeLine', {
    summary: 'Subscribe a line',
    answers: 'The subscription, and the code that enrols its app',
    refuses: ['not_eligible', 'too_many_requests'],
  })
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
  @Operation('findSubscriptions', {
    summary: 'Find subscriptions by number',
    answers: 'The subscriptions of the number, newest first',
  })
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
  @Operation('cancelSubscription', {
    summary: 'Cancel a subscription',
    answers: 'The cancelled subscription',
    refuses: ['subscription_not_found', 'nothing_to_change', 'second_person_required'],
  })
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
  @Operation('reportSubscriptionLoss', {
    summary: 'Report the loss of a phone',
    answers: 'The suspended subscription',
    refuses: ['subscription_not_found', 'nothing_to_change'],
  })
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
  @Operation('resumeSubscription', {
    summary: 'Resume after a loss',
    answers: 'The subscription as it stands now',
    refuses: ['subscription_not_found', 'nothing_to_change', 'second_person_required'],
  })
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
   * after another client requested it. Errors: `subscription_not_found`, `second_person_required`; `nothing_to_change` when
   * no phone is in use; `pin_exhausted` after fifteen wrong PINs without a right one: the phone must be enrolled anew.
   */
  @Post('subscriptions/:id/unlock-pin')
  @Permits('unlock_pin')
  @HttpCode(204)
  @Operation('unlockPin', {
    summary: 'Unlock the PIN',
    answers: 'Unlocked',
    refuses: ['subscription_not_found', 'second_person_required', 'nothing_to_change', 'pin_exhausted'],
  })
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
   * `subscription_not_found`, `nothing_to_change` for a cancelled subscription, `insufficient_scope`,
   * `second_person_required`, `too_many_requests`.
   */
  @Post('subscriptions/:id/enrolment-code')
  @Permits('enrolment_code')
  @Operation('issueEnrolmentCode', {
    summary: 'Issue an enrolment code',
    answers: 'The code that enrols a new phone',
    refuses: ['subscription_not_found', 'nothing_to_change', 'second_person_required', 'too_many_requests'],
  })
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
  @Operation('requestDeed', {
    summary: 'Request what takes two clients',
    answers: 'The request, for another client to carry out',
    refuses: ['subscription_not_found', 'nothing_to_change', 'too_many_requests'],
  })
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
  @Operation('listSubscriptionHistory', {
    summary: 'List the last twenty authentications of a subscription',
    answers: 'The authentications, newest first',
    refuses: ['subscription_not_found'],
  })
  history(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @SubscriptionId() id: string,
  ): Promise<OperatorHistoryResponse[]> {
    return this.desk.historyOf(auditedRead(caller, context), id);
  }

  /** Returns what happened to one authentication of a subscription. Errors: `authentication_not_found`. */
  @Get('subscriptions/:id/history/:authentication')
  @Permits('look')
  @AuditReason
  @Operation('getSubscriptionHistoryEntry', {
    summary: 'Get what happened to one authentication',
    answers: 'The authentication with its times',
    refuses: ['authentication_not_found'],
  })
  async historyEntry(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @SubscriptionId() id: string,
    @Param('authentication', new OpaqueId(authenticationNotFound)) authentication: string,
  ): Promise<HistoryEntryResponse> {
    return historyEntryOf(await this.desk.historyEntry(auditedRead(caller, context), id, authentication));
  }

  /**
   * Returns why nothing may arrive on the phone: its last contact, its push token, the answers to the last five pushes, and
   * what else decides. Errors: `subscription_not_found`.
   */
  @Get('subscriptions/:id/phone')
  @Permits('look')
  @AuditReason
  @Operation('getSubscriptionPhone', {
    summary: 'Get the phone of a subscription and its last pushes',
    answers: 'The phone and its last pushes',
    refuses: ['subscription_not_found'],
  })
  async phone(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @SubscriptionId() id: string,
  ): Promise<PhoneLookResponse> {
    return phoneLookOf(id, await this.desk.phoneOf(auditedRead(caller, context), id));
  }

  /** Returns every action of operators on a subscription, and every change of it. Errors: `subscription_not_found`. */
  @Get('subscriptions/:id/audit')
  @Permits('look')
  @AuditReason
  @Operation('getSubscriptionAudit', {
    summary: 'Get the audit of a subscription',
    answers: 'The audit, oldest first',
    refuses: ['subscription_not_found'],
  })
  audit(
    @FromClient() caller: Caller,
    @FromAuditContext() context: AuditContext,
    @SubscriptionId() id: string,
  ): Promise<AuditResponse> {
    return this.desk.auditOf(auditedRead(caller, context), id);
  }
}

function phoneLookOf(subscriptionId: string, look: PhoneLook): PhoneLookResponse {
  const { reach, pushes, permissions, alerts, finding, held } = look;
  return {
    subscriptionId,
    finding,
    lastContactAt: reach?.lastContactAt.toISOString() ?? null,
    pushService: reach?.pushService ?? null,
    hasPushToken: reach?.hasPushToken ?? false,
    pushTokenDiedAt: reach?.pushTokenDiedAt?.toISOString() ?? null,
    pushes: pushes.map(({ answeredAt, ...push }) => ({ ...push, answeredAt: answeredAt.toISOString() })),
    smsPermissions: permissions.map(({ id, relyingParty: name, endsAt }) => ({
      id,
      relyingParty: { name },
      endsAt: endsAt.toISOString(),
    })),
    alerts: alerts.map(({ id, kind, at, expiresAt }) => ({
      id,
      kind,
      at: at.toISOString(),
      expiresAt: expiresAt.toISOString(),
    })),
    held,
  };
}

function historyEntryOf(one: SubscriptionLogged): HistoryEntryResponse {
  const { id, relyingParty, channel, state, startedAt, sentAt, openedAt, closedAt } = one;
  const { attempts, resends, byWindow, held, notMe } = one;
  return {
    id,
    relyingParty,
    channel,
    state,
    startedAt: startedAt.toISOString(),
    sentAt: sentAt.toISOString(),
    openedAt: openedAt?.toISOString() ?? null,
    closedAt: closedAt?.toISOString() ?? null,
    attempts,
    resends,
    byWindow,
    held,
    notMe,
  };
}
