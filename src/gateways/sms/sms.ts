import type { TextState } from '../../domain/text-message.ts';

/** One text message to one line. */
export interface SmsMessage {
  /** E.164, with the plus sign. */
  to: string;
  /** Up to 70 UCS-2 characters go out as one short message; the centre splits longer text. */
  text: string;
  /** Seconds, counted from the call, after which the message is worthless: then it is neither sent nor delivered. */
  ttlSeconds: number;
}

/** The SMS centre's answer to a message. */
export type SmsOutcome =
  | { kind: 'accepted'; messageId: string }
  | { kind: 'rejected'; reason: string }
  /** Its time was over before it could be sent, and it was not sent. */
  | { kind: 'expired' }
  /** The message was sent and no answer came: it may have arrived, or be lost. */
  | { kind: 'unknown'; reason: string }
  | { kind: 'retry'; reason: string; afterMs?: number };

/** What became of an accepted message, as the SMS centre tells later. */
export interface SmsReceipt {
  /** The id of the message, as the receipt spells it. */
  messageId: string;
  state: TextState;
}

/** Sends a text message to the SMS centre. */
export abstract class SmsGateway {
  /**
   * Settles within `deadlineMs`.
   * A missed deadline is `unknown` once the message was sent, otherwise `retry`. Never rejects.
   */
  abstract send(message: SmsMessage, deadlineMs: number): Promise<SmsOutcome>;

  /**
   * Calls `listener` with every delivery receipt from now on, and with null for a receipt that cannot be read. A receipt
   * may come before `send` settles, more than once, or for the message of another process. A gateway without receipts
   * leaves this method out.
   */
  onReceipt?(listener: (receipt: SmsReceipt | null) => void): void;
}
