import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, MaxLength } from 'class-validator';

export class UserinfoRequest {
  /** The access token, where it is not in the `Authorization` header. */
  @IsOptional()
  @IsString()
  @MaxLength(4096)
  access_token?: string;
}

/** Claims are present only where the scopes of the token, or the `claims` parameter, release them. */
export class UserinfoResponse {
  /** The person's id at this client, as in the id_token. */
  sub: string;
  /** `YYYY-MM-DD`. Scope `profile`. */
  birthdate?: string;
  /** Scope `profile`. */
  gender?: 'male' | 'female';
  /** E.164. Scope `phone`. */
  phone_number?: string;
  /** True. Scope `phone`. */
  phone_number_verified?: boolean;
  /** 64 characters of base64: the same person in one sector has one value. Scope `kr_di`. */
  di?: string;

  /** True for a day after the app was reissued after a loss. */
  @ApiPropertyOptional({ type: Boolean })
  'urn:pushguard:recently_reissued'?: boolean;

  /** True for a while after the SIM of the line was changed. */
  @ApiPropertyOptional({ type: Boolean })
  'urn:pushguard:recent_sim_change'?: boolean;

  /** True for 72 hours after a phone was enrolled that the phone before it did not confirm. */
  @ApiPropertyOptional({ type: Boolean })
  'urn:pushguard:recently_enrolled'?: boolean;

  /** Scope `kr_identity`. */
  @ApiPropertyOptional({ type: Boolean })
  'urn:pushguard:foreigner'?: boolean;

  /** How the person was verified. Scope `kr_identity`. */
  @ApiPropertyOptional({ type: String })
  'urn:pushguard:channel'?: string;

  /** Only by the `claims` parameter: whether the person is 19 or older. */
  @ApiPropertyOptional({ type: Boolean })
  'urn:pushguard:age_over_19'?: boolean;
}
