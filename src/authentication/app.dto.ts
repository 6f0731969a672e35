import { IsIn, IsOptional, IsString, Length } from 'class-validator';
import { DECLINE_REASONS, type AuthenticationState, type DeclineReason } from '../domain/authentication.ts';
import { TransactionFieldInput } from './relying-party.dto.ts';

export class OpenRequest {
  /** base64url HMAC-SHA256 under the knowledge key over the authentication, the device and the nonce. */
  @IsString()
  @Length(1, 128)
  pinProof: string;

  /**
   * Where the device belongs to a card: base64url ES256 by the card's key over the authentication, the device, the nonce
   * and the digest of the transaction.
   */
  @IsOptional()
  @IsString()
  @Length(1, 128)
  cardProof?: string;
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
  /** What is to be signed, to be shown exactly so; only where there is something. */
  transaction?: TransactionFieldInput[];
  /** Where there is something to sign: whether a card is to be tapped beside the PIN. */
  card?: boolean;
}
