import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import { ForClients } from '../http/client.guard.ts';
import { OpaqueId } from '../http/opaque-id.ts';
import { subscriptionNotFound, Subscriptions, type Enrolment } from './subscriptions.ts';

class SubscribeRequest {
  /** A Korean mobile number with or without hyphens, or E.164. */
  @IsString()
  @Length(1, 32)
  phoneNumber: string;

  /** Why the operator does this. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  reason?: string;
}

class ReasonRequest {
  /** Why the operator does this. */
  @IsString()
  @Length(1, 200)
  reason: string;
}

class EnrolmentResponse implements Enrolment {
  subscriptionId: string;
  enrolmentCode: string;
  enrolmentUri: string;
}

@ApiTags('Operator')
@ForClients('operator')
@Controller('operator/v1/subscriptions')
export class OperatorController {
  constructor(private readonly subscriptions: Subscriptions) {}

  /** Subscribes a line and answers the code that enrols its app; 422 `not_eligible` names every rule that fails. */
  @Post()
  @ApiOperation({ summary: 'Subscribe a line' })
  subscribe(@Body() body: SubscribeRequest): Promise<EnrolmentResponse> {
    return this.subscriptions.subscribe(body.phoneNumber);
  }

  /** A new enrolment code for a new phone; earlier codes are void. */
  @Post(':id/enrolment-code')
  @ApiOperation({ summary: 'Issue an enrolment code' })
  enrolmentCode(
    @Param('id', new OpaqueId(subscriptionNotFound)) id: string,
    @Body() _body: ReasonRequest,
  ): Promise<EnrolmentResponse> {
    return this.subscriptions.enrolmentCode(id);
  }
}
