import { inClientSpan, markFailed } from '../../tracing/tracing.ts';
import type { CallOutcome, SignedCalls } from '../outbound/signed-calls.ts';
import { brokersId } from './brokers-id.ts';
import type { SmsGateway, SmsMessage, SmsOutcome } from './sms.ts';
import type { SmsTemplate } from './http.template.ts';

export interface HttpSmsOptions {
  calls: SignedCalls;
  /** The sender's number or name, as agreed with the broker. */
  sender: string;
  /** Where the broker sends receipts; undefined if there is no secret under which it could sign them. */
  receiptUrl: string | undefined;
  /** The broker's own shape of a message; by default, the documented one. */
  template: SmsTemplate | undefined;
}

/** Hands text messages to a broker's HTTP interface, each in one call of JSON. */
export class HttpSmsGateway implements SmsGateway {
  readonly #options: HttpSmsOptions;

  constructor(options: HttpSmsOptions) {
    this.#options = options;
  }

  async send({ id, to, text, ttlSeconds }: SmsMessage, deadlineMs: number): Promise<SmsOutcome> {
    const { calls, sender, receiptUrl, template } = this.#options;
    // Rounded down, so that no code arrives after its end.
    const validitySeconds = Math.floor(ttlSeconds);
    if (validitySeconds < 1) return { kind: 'expired' };
    const message = { id, to, from: sender, text, validitySeconds, ...(receiptUrl !== undefined && { receiptUrl }) };
    const body = template ? template.fill(message) : message;
    return inClientSpan('POST sms', {}, async (span) => {
      const outcome = outcomeOf(id, await calls.send(id, body, deadlineMs));
      if (span && outcome.kind !== 'accepted') markFailed(span, outcome.kind);
      return outcome;
    });
  }

  close(): Promise<void> {
    this.#options.calls.close();
    return Promise.resolve();
  }
}

/** `id` is the message's own, for a broker that names none. */
function outcomeOf(id: string, outcome: CallOutcome): SmsOutcome {
  switch (outcome.kind) {
    case 'taken':
      return { kind: 'accepted', messageId: brokersId(idIn(outcome.body) ?? id) };
    case 'refused':
      return { kind: 'rejected', reason: outcome.reason };
    case 'not-taken':
      return { ...outcome, kind: 'retry' };
    case 'unknown':
      return outcome;
  }
}

/** The broker's id in its answer, or undefined if it has none. */
function idIn({ messageId, id }: Readonly<Record<string, unknown>>): string | undefined {
  const given = messageId ?? id;
  if (typeof given === 'number') return String(given);
  return typeof given === 'string' && given !== '' ? given : undefined;
}
