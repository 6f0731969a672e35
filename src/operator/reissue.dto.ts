import { IsIn, Matches } from 'class-validator';
import {
  IDENTITY_PROOFS,
  REISSUE_CAUSES,
  REISSUE_DELIVERIES,
  type IdentityProof,
  type ReissueCause,
  type ReissueDelivery,
  type ReissueState,
} from '../domain/reissue.ts';
import { TypedSerialNumber } from '../http/plain-text.ts';
import { ReasonRequest } from './operator.dto.ts';

export class ReissueRequest extends ReasonRequest {
  /** Why the phone must be replaced. `lost` also suspends the subscription at once. */
  @IsIn(REISSUE_CAUSES)
  cause: ReissueCause;

  /** The serial number of the phone to be replaced, in the form `PG-0000-0000-0000`. */
  @TypedSerialNumber()
  @Matches(/^PG-\d{4}-\d{4}-\d{4}$/, { message: 'a text in the form PG-0000-0000-0000' })
  oldSerialNumber: string;

  /** How the operator verified the person's identity. */
  @IsIn(IDENTITY_PROOFS)
  identityProof: IdentityProof;

  /** How the code reaches the person: at a counter, in a letter, or told while the app is open. */
  @IsIn(REISSUE_DELIVERIES)
  delivery: ReissueDelivery;
}

class OwnApplicationResponse {
  /** RFC 3339, UTC: when the customer applied on the website. */
  filedAt: string;
  /** The proof that the customer named: `phone` for a verification by the customer's own app. */
  identityProof: IdentityProof;
  /** The verification by the app; null for a customer who applied without a login, as anyone can in the customer's name. */
  authenticationId: string | null;
}

export class ReissueResponse {
  id: string;
  subscriptionId: string;
  state: ReissueState;
  cause: ReissueCause;
  oldSerialNumber: string;
  /** How the operator who applied verified the person's identity. */
  identityProof: IdentityProof;
  delivery: ReissueDelivery;
  /** The customer's own application, which an operator took up; null for a reissue without one. */
  ownApplication: OwnApplicationResponse | null;
  /** The login or client id of the operator who applied. */
  appliedBy: string;
  /** RFC 3339, UTC, like every time below. */
  appliedAt: string;
  /** The deadline of the next step. */
  expiresAt: string;
  decidedBy: string | null;
  decidedAt: string | null;
  issuedBy: string | null;
  issuedAt: string | null;
  registeredAt: string | null;
  closedBy: string | null;
  closedAt: string | null;
}

export class IssuedReissueResponse {
  reissueId: string;
  delivery: ReissueDelivery;
  /**
   * 20 Base32 characters in four groups, valid once: for ten minutes, or in a letter for the configured days. Shown
   * only in this answer.
   */
  enrolmentCode: string;
  /** The content of the QR code. */
  enrolmentUri: string;
  /** RFC 3339, UTC. */
  expiresAt: string;
}
