import { PickType } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches } from 'class-validator';
import type { CheckedDeed } from '../domain/caller-check.ts';
import { DECLINE_REASONS, type AuthenticationState, type DeclineReason } from '../domain/authentication.ts';
import { Optional } from '../http/optional.ts';
import { StartRequest, TransactionFieldInput } from './relying-party.dto.ts';
import { REQUEST_TEXTS } from './request-texts.ts';

export class OpenRequest {
  /**
   * The proof of the PIN: base64url HMAC-SHA256 with the knowledge key over the authentication, the device and the
   * nonce.
   */
  @IsString()
  @Length(1, 128)
  pinProof: string;

  /**
   * Required when the device belongs to a card: base64url ES256 signature by the card's key over the authentication,
   * the device, the nonce and the digest of the transaction.
   */
  @Optional()
  @IsString()
  @Length(1, 128)
  cardProof?: string;

  /**
   * Required where the pending authentication says `match`, refused otherwise: the two digits that the page of the relying
   * party shows, as the person typed them.
   */
  @Optional()
  @Matches(/^\d{2}$/, { message: 'a text of two digits' })
  match?: string;
}

export class ApproveRequest {
  /**
   * The proof of the PIN: base64url HMAC-SHA256 with the knowledge key over the authentication, the device, the nonce and
   * `match`.
   */
  @IsString()
  @Length(1, 128)
  pinProof: string;

  /** The two digits that the page of the relying party shows, as the person typed them. */
  @IsString()
  @Matches(/^\d{2}$/, { message: 'a text of two digits' })
  match: string;
}

export class ApprovedResponse {
  state: 'verified';
}

export class OpenedResponse {
  state: 'opened';
}

export class CodeEnvelopeResponse {
  /** Compact JWE (ECDH-ES, A256GCM) for the device's encryption key; its content is a JWS (ES256) by the service. */
  envelope: string;
}

export class DeclineRequest {
  /**
   * `not_me`: the person did not start this. `cancelled`: the person no longer wants it. `wrong_details`: the details
   * shown are wrong.
   */
  @IsIn(DECLINE_REASONS)
  reason: DeclineReason;
}

class RelyingPartyName {
  name: string;
}

class CallerResponse {
  /** What the code serves: `cancel` ends the subscription, `unlock_pin` unlocks the PIN. */
  deed: CheckedDeed;
}

class EndUserResponse {
  ip?: string;
  userAgent?: string;
}

export class PendingResponse extends PickType(StartRequest, REQUEST_TEXTS) {
  id: string;
  relyingParty: RelyingPartyName;
  /** RFC 3339, UTC. */
  requestedAt: string;
  /** RFC 3339, UTC. */
  expiresAt: string;
  /** The browser in which the person uses the window; null when the relying party did not send it. */
  endUser: EndUserResponse | null;
  /** Part of the PIN proof. */
  nonce: string;
  state: AuthenticationState;
  /** The transaction to sign, to be shown exactly as it is. Present only with the channel `sign`. */
  transaction?: TransactionFieldInput[];
  /** True if the person must tap a card in addition to the PIN. Present only with the channel `sign`. */
  card?: boolean;
  /**
   * True if the app asks for the two digits that the page of the relying party shows, typed and not chosen. Present only
   * where it is true.
   */
  match?: true;
  /** Present only with the method `approve`: the app calls `…/approve` in place of `…/open`, and no code follows. */
  method?: 'approve';
  /**
   * True for a start that rang no phone, because too many were made for this person or the person said within the last
   * hour that it was not them. The person may open it. Present only where it is true.
   */
  held?: true;
  /**
   * Present only where the call centre asks whether the person called it. The app first asks the person so; `no` declines
   * with `not_me`, and only `yes` leads to the PIN. The person reads the code to the operator, and types it nowhere.
   */
  caller?: CallerResponse;
}
