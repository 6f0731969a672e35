/** One text message to one line. */
export interface SmsMessage {
  /** E.164, with the plus sign. */
  to: string;
  /** Up to 70 UCS-2 characters go out as one short message; the centre splits longer text. */
  text: string;
}

/** The SMS centre's answer to a message. */
export type SmsOutcome =
  | { kind: 'accepted'; messageId: string }
  | { kind: 'rejected'; reason: string }
  /** The message was sent and no answer came: it may have arrived, or be lost. */
  | { kind: 'unknown'; reason: string }
  | { kind: 'retry'; reason: string; afterMs?: number };

/** Sends a text message to the SMS centre. */
export abstract class SmsGateway {
  /**
   * Settles within `deadlineMs`.
   * A missed deadline is `unknown` once the message was sent, otherwise `retry`. Never rejects.
   */
  abstract send(message: SmsMessage, deadlineMs: number): Promise<SmsOutcome>;
}
