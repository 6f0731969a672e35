import type { TextState } from '../../domain/text-message.ts';

/** One text message to one line. */
export interface SmsMessage {
  /** The same for every attempt at this message, and of no other one: by it a receiver can drop a repeat. */
  id: string;
  /** E.164, with the plus sign. */
  to: string;
  /** Up to 70 UCS-2 characters go out as one short message; the centre splits longer text. */
  text: string;
  /** Seconds, counted from the call, after which the message is worthless: then it is neither sent nor delivered. */
  ttlSeconds: number;
}

/** The SMS centre's answer to a message. `gateway` names the one that was asked, where there are several. */
export type SmsOutcome = { gateway?: string } & (
  | { kind: 'accepted'; messageId: string }
  | { kind: 'rejected'; reason: string }
  /** Its time was over before it could be sent, and it was not sent. */
  | { kind: 'expired' }
  /** The message was sent and no answer came: it may have arrived, or be lost. */
  /** `isSilent`: nothing was heard of the centre since the message left, so it hardly has it. */
  | { kind: 'unknown'; reason: string; isSilent?: true }
  /** The message was not sent. */
  | { kind: 'retry'; reason: string; afterMs?: number }
);

/** What became of an accepted message, as the SMS centre tells later. */
export interface SmsReceipt {
  /** The id of the message, as the receipt spells it. */
  messageId: string;
  state: TextState;
}

/** How one of several gateways stands: `isOut` while its breaker is open. */
export interface SmsGatewayStanding {
  gateway: string;
  isOut: boolean;
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

  /** How each gateway stands, for the metrics. One without a breaker leaves this method out. */
  standing?(): SmsGatewayStanding[];
}
