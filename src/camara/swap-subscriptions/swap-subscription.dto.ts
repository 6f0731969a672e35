import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  IsUrl,
  IsUUID,
  Length,
  Matches,
  ValidateNested,
} from 'class-validator';
import { OptionalInstant } from '../../http/instant.ts';
import { Optional } from '../../http/optional.ts';
import { LineRequest } from '../camara.dto.ts';

/** The event that there is to subscribe to. */
export const SWAPPED = 'org.camaraproject.sim-swap-subscriptions.v0.swapped';

/** The longest bearer token of a sink, in characters: what most servers take in one header. */
const TOKEN_LENGTH = 6_000;
const SINK_LENGTH = 2_048;
const A_URL = { message: 'an address that begins with http:// or https://' };

/** A detail of another credential than an access token, which is named so that its type is refused and not its members. */
const Other = (): PropertyDecorator => applyDecorators(Optional(), IsString(), Length(0, TOKEN_LENGTH));

export class SinkCredentialInput {
  @IsString()
  @Length(1, 32)
  credentialType: string;

  @Optional()
  @IsString()
  @Length(1, 32)
  accessTokenType?: string;

  /** `b64token` (RFC 6750, 2.1). */
  @Optional()
  @IsString()
  @Length(1, TOKEN_LENGTH)
  @Matches(/^[A-Za-z0-9\-._~+/]+=*$/, { message: 'a bearer token (RFC 6750, 2.1)' })
  accessToken?: string;

  @OptionalInstant()
  accessTokenExpiresUtc?: string;

  @Other()
  identifier?: string;

  @Other()
  secret?: string;

  @Other()
  refreshToken?: string;

  @Other()
  refreshTokenEndpoint?: string;
}

export class SwapSubscriptionDetailInput extends LineRequest {}

export class SwapSubscriptionConfigInput {
  @IsObject()
  @ValidateNested()
  @Type(() => SwapSubscriptionDetailInput)
  subscriptionDetail: SwapSubscriptionDetailInput;

  @OptionalInstant()
  subscriptionExpireTime?: string;

  @Optional()
  @IsInt()
  subscriptionMaxEvents?: number;

  /** Of CAMARA Commonalities: true to be told at once of a change that was lately. */
  @Optional()
  @IsBoolean()
  initialEvent?: boolean;
}

export class HttpSettingsInput {
  @Optional()
  @IsIn(['POST'])
  method?: 'POST';
}

export class CreateSwapSubscriptionRequest {
  @IsString()
  @Length(1, 32)
  protocol: string;

  @Optional()
  @IsObject()
  @ValidateNested()
  @Type(() => HttpSettingsInput)
  protocolSettings?: HttpSettingsInput;

  @IsString()
  @Length(1, SINK_LENGTH)
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] }, A_URL)
  sink: string;

  @Optional()
  @IsObject()
  @ValidateNested()
  @Type(() => SinkCredentialInput)
  sinkCredential?: SinkCredentialInput;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(1)
  @IsIn([SWAPPED], { each: true })
  types: string[];

  @IsObject()
  @ValidateNested()
  @Type(() => SwapSubscriptionConfigInput)
  config: SwapSubscriptionConfigInput;
}

export class SwapSubscriptionsQuery {
  /** The id of a subscription: those that are older are listed. Not of CAMARA, which knows no pages here. */
  @Optional()
  @IsUUID(undefined, { message: 'the id of a subscription' })
  before?: string;
}

export class SwapSubscriptionResponse {
  id: string;
  protocol: 'HTTP';
  sink: string;
  types: string[];
  config: {
    /** The number where the client named it; never where a person's token did. */
    subscriptionDetail: { phoneNumber?: string };
    subscriptionExpireTime?: string;
    subscriptionMaxEvents?: number;
    initialEvent?: boolean;
  };
  startsAt: string;
  expiresAt: string;
  /** `EXPIRED` where the initial event was the only one that was asked for. */
  status: 'ACTIVE' | 'EXPIRED';
}
