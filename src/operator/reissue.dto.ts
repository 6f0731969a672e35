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
import { ReasonRequest } from './operator.dto.ts';

export class ReissueRequest extends ReasonRequest {
  @IsIn(REISSUE_CAUSES)
  cause: ReissueCause;

  /** Of the phone that is gone: `PG-0000-0000-0000`. */
  @Matches(/^PG-\d{4}-\d{4}-\d{4}$/, { message: 'oldSerialNumber must have the form PG-0000-0000-0000' })
  oldSerialNumber: string;

  /** How the person showed who they are. */
  @IsIn(IDENTITY_PROOFS)
  identityProof: IdentityProof;

  /** How the code is to come to the person. */
  @IsIn(REISSUE_DELIVERIES)
  delivery: ReissueDelivery;
}

export class ReissueResponse {
  id: string;
  subscriptionId: string;
  state: ReissueState;
  cause: ReissueCause;
  oldSerialNumber: string;
  identityProof: IdentityProof;
  delivery: ReissueDelivery;
  appliedBy: string;
  appliedAt: string;
  /** Until when the next step has to be taken. */
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
  /** 4×5 Base32 characters, good once: for ten minutes, or for the days of a letter. Kept nowhere. */
  enrolmentCode: string;
  /** What a QR code holds. */
  enrolmentUri: string;
  expiresAt: string;
}
