/** One text message to one line. */
export interface SmsMessage {
  /** E.164, with the plus sign. */
  to: string;
  /** Up to 70 UCS-2 characters go out as one short message; longer text is split by the centre. */
  text: string;
}

/** What the SMS centre made of a message. */
export type SmsOutcome =
  | { kind: 'accepted'; messageId: string }
  | { kind: 'rejected'; reason: string }
  /** It was sent and nothing came back: it may be on its way, or lost. */
  | { kind: 'unknown'; reason: string }
  | { kind: 'retry'; reason: string; afterMs?: number };

/** Hands a text message to the SMS centre. */
export abstract class SmsGateway {
  /** Settles within `deadlineMs`; the deadline itself is `unknown` once the message has left, else a `retry`. Never rejects. */
  abstract send(message: SmsMessage, deadlineMs: number): Promise<SmsOutcome>;
}
