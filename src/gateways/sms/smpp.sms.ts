import type { Pdu } from 'smpp';
import { serverAttributes } from '../../tracing/outgoing-call.ts';
import { inClientSpan, markFailed } from '../../tracing/tracing.ts';
import { withinDeadline } from '../deadline.ts';
import { SmppLink, type SmppLinkOptions, statusName } from './smpp.link.ts';
import { textFields } from './smpp.text.ts';
import { validityPeriod } from './smpp.validity.ts';
import type { SmsGateway, SmsMessage, SmsOutcome, SmsReceipt } from './sms.ts';

export interface SmppSmsOptions extends SmppLinkOptions {
  /** The sender's number or name, as agreed with the centre. */
  source: { address: string; ton?: number; npi?: number };
}

/** SMPP 3.4, sections 5.2.5 and 5.2.6: an international number of the ISDN plan, that is E.164. */
const INTERNATIONAL = 1;
const ISDN = 1;

/** SMPP 3.4, section 5.2.17: a receipt for the result of the delivery, success or failure. */
const RECEIPT = 1;

/** Errors of the centre and not of the message: the same message may succeed later. */
const TRANSIENT: ReadonlySet<string> = new Set([
  'ESME_RTHROTTLED',
  'ESME_RMSGQFUL',
  'ESME_RSYSERR',
  'ESME_RSUBMITFAIL',
  'ESME_RINVBNDSTS',
  'ESME_RX_T_APPN',
  'ESME_RUNKNOWNERR',
]);

/** How far a message came. */
interface Sending {
  /** The centre may have it. */
  left: boolean;
  link?: SmppLink;
  /** When it left (milliseconds of this process). */
  at?: number;
}

/**
 * Sends text messages through an SMS centre by SMPP 3.4, over one session that is bound at the first message and kept.
 */
export class SmppSmsGateway implements SmsGateway {
  readonly #options: SmppSmsOptions;
  #binding: Promise<SmppLink> | undefined;
  #link: SmppLink | undefined;
  #onReceipt: (receipt: SmsReceipt | null) => void = () => undefined;

  constructor(options: SmppSmsOptions) {
    this.#options = options;
  }

  async send(message: SmsMessage, deadlineMs: number): Promise<SmsOutcome> {
    const attributes = { 'network.protocol.name': 'smpp', ...serverAttributes(this.#options) };
    return inClientSpan('submit_sm', attributes, async (span) => {
      const outcome = await this.#within(message, deadlineMs);
      if (span && outcome.kind !== 'accepted') markFailed(span, faultOf(outcome));
      return outcome;
    });
  }

  async #within(message: SmsMessage, deadlineMs: number): Promise<SmsOutcome> {
    const sent: Sending = { left: false };
    const outcome = await withinDeadline(this.#submit(message, sent), deadlineMs, undefined);
    return outcome ?? fateOf(sent, `no answer from the SMS centre within ${deadlineMs} ms`);
  }

  /** Receipts come over the session that sends; one that was made for another session of the centre too. */
  onReceipt(listener: (receipt: SmsReceipt | null) => void): void {
    this.#onReceipt = listener;
  }

  async close(): Promise<void> {
    const link = await this.#binding?.catch(() => undefined);
    await (link ?? this.#link)?.close();
    this.#link = undefined;
  }

  async #submit({ to, text, ttlSeconds }: SmsMessage, sent: Sending): Promise<SmsOutcome> {
    const { address, ton = 0, npi = ISDN } = this.#options.source;
    const askedAt = performance.now();
    try {
      const link = await this.#bound();
      // Binding may have taken seconds. Rounded down, so that no code arrives after its end.
      const secondsLeft = Math.floor(ttlSeconds - (performance.now() - askedAt) / 1000);
      if (secondsLeft < 1) return { kind: 'expired' };
      Object.assign(sent, { left: true, link, at: performance.now() });
      const response = await link.request('submit_sm', {
        source_addr_ton: ton,
        source_addr_npi: npi,
        source_addr: address,
        dest_addr_ton: INTERNATIONAL,
        dest_addr_npi: ISDN,
        destination_addr: to.replace(/^\+/, ''),
        registered_delivery: RECEIPT,
        validity_period: validityPeriod(secondsLeft),
        // Never replace_if_present_flag: it identifies messages by source and destination alone, so one window's code
        // would replace another's.
        ...textFields(text),
      });
      return outcomeOf(response);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown error';
      return fateOf(sent, reason);
    }
  }

  /** The open session, or a new one; messages that arrive during a bind share it. */
  async #bound(): Promise<SmppLink> {
    const link = this.#link;
    if (link && (await link.isUsable())) return link;
    this.#binding ??= SmppLink.bind({ ...this.#options, onReceipt: (receipt) => this.#onReceipt(receipt) })
      .then((link) => (this.#link = link))
      .finally(() => (this.#binding = undefined));
    return this.#binding;
  }
}

/** The outcome of a message without an answer. */
function fateOf({ left, link, at = 0 }: Sending, reason: string): SmsOutcome {
  if (!left) return { kind: 'retry', reason };
  return { kind: 'unknown', reason, ...(link?.suspect(at) && { isSilent: true }) };
}

/** The centre's status, for those who look at a trace. Any other reason may hold an address. */
function faultOf(outcome: SmsOutcome): string {
  return 'reason' in outcome && /^ESME_\w+$/.test(outcome.reason) ? outcome.reason : outcome.kind;
}

function outcomeOf({ command_status: status, message_id: messageId }: Pdu): SmsOutcome {
  if (status === 0) return { kind: 'accepted', messageId: messageId ?? '' };
  const reason = statusName(status);
  return TRANSIENT.has(reason) ? { kind: 'retry', reason } : { kind: 'rejected', reason };
}
