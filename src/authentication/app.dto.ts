import { IsIn, IsString, Length } from 'class-validator';
import { DECLINE_REASONS, type AuthenticationState, type DeclineReason } from '../domain/authentication.ts';

export class OpenRequest {
  /** base64url HMAC-SHA256 under the knowledge key over the authentication, the device and the nonce. */
  @IsString()
  @Length(1, 128)
  pinProof: string;
}

export class OpenedResponse {
  state: 'opened';
}

export class CodeEnvelopeResponse {
  /** Compact JWE (ECDH-ES, A256GCM) to the device's key, around a JWS by the service. */
  envelope: string;
}

export class DeclineRequest {
  @IsIn(DECLINE_REASONS)
  reason: DeclineReason;
}

class RelyingPartyName {
  name: string;
}

class EndUserResponse {
  ip?: string;
  userAgent?: string;
}

export class PendingResponse {
  id: string;
  relyingParty: RelyingPartyName;
  purpose: string;
  requestedAt: string;
  expiresAt: string;
  /** From where the window is used, if the relying party says so. */
  endUser: EndUserResponse | null;
  /** Goes into the PIN proof. */
  nonce: string;
  state: AuthenticationState;
}
