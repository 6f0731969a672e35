import { IsString, Length } from 'class-validator';
import { type AlertKind, type AlertState } from '../domain/alert.ts';

export class AlertAnswerRequest {
  /**
   * The proof of the PIN: base64url HMAC-SHA256 with the knowledge key over the label (`pushguard-alert-confirm-v1` or
   * `pushguard-alert-object-v1`), the alert's id, the device and the nonce.
   */
  @IsString()
  @Length(1, 128)
  pinProof: string;
}

class AlertResponse {
  id: string;
  /** What happened from outside this phone. */
  kind: AlertKind;
  /** RFC 3339, UTC. */
  at: string;
  /** RFC 3339, UTC: until when it can be answered. */
  expiresAt: string;
  state: AlertState;
  /** Part of the PIN proof. */
  nonce: string;
}

export class AlertsResponse {
  alerts: AlertResponse[];
}

export class NewPhoneResponse {
  /** 20 Base32 characters in four groups: enrols the new phone, once, within ten minutes. */
  enrolmentCode: string;
  /** The content of the QR code. */
  enrolmentUri: string;
  /** RFC 3339, UTC. */
  expiresAt: string;
}
