import { Injectable, Logger } from '@nestjs/common';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { messageIdSpellings, type TextState } from '../domain/text-message.ts';
import { SmsGateway, type SmsOutcome, type SmsReceipt } from '../gateways/sms/sms.ts';
import { Metrics } from '../http/metrics.ts';
import { RareWarnings } from '../process/rare-warnings.ts';
import type { TextMessage } from './text-message.entity.ts';
import { DROP_RECEIPTS_BATCH, TextMessageStore, type SentText } from './text-message.store.ts';

export type { SentText };

/** Receipts of one process that wait to be written. More come only while the database does not answer. */
const MAX_UNWRITTEN = 10_000;

/** What a text message was sent for, and to which line. */
export type TextSubject = Pick<TextMessage, 'authenticationId' | 'noticeId' | 'lineId'>;

/**
 * Records what became of text messages, for the desk and the metrics. Nothing depends on it: a record that fails
 * changes neither a delivery nor an authentication.
 */
@Injectable()
export class TextMessages {
  private readonly warnings = new RareWarnings(new Logger(TextMessages.name));
  private readonly unwritten: SmsReceipt[] = [];
  private writing = false;

  constructor(
    private readonly store: TextMessageStore,
    private readonly keys: ServiceKeys,
    private readonly metrics: Metrics,
    sms: SmsGateway,
  ) {
    sms.onReceipt?.((receipt) => {
      this.heard(receipt);
    });
  }

  /** Records a message that was handed to the SMS centre, and its receipt if that came first. Never rejects. */
  async handedOver(subject: TextSubject, outcome: SmsOutcome): Promise<void> {
    const state = stateAfter(outcome);
    if (state === null) return;
    const spellings = outcome.kind === 'accepted' ? messageIdSpellings(outcome.messageId) : [];
    try {
      await this.store.record({ ...subject, messageId: spellings[0] ?? null, state });
      await this.settle(spellings);
    } catch (error) {
      this.warnings.warn('a text message is not recorded', (error as Error).message);
    }
  }

  /** Codes and notices that were sent to a subscriber by SMS, at most twenty, newest first. */
  async ofSubscription(subscriptionId: string): Promise<SentText[]> {
    return this.store.ofSubscription(subscriptionId);
  }

  /** Codes that were sent to the present owner of a number without a subscription, at most twenty, newest first. */
  async ofNumber(phoneNumber: string): Promise<SentText[]> {
    return this.store.ofNumber(this.keys.indexes.all('phone', phoneNumber));
  }

  /** Drops receipts whose message never came, and counts them. Returns true if more may remain. */
  async dropReceipts(): Promise<boolean> {
    const dropped = await this.store.dropReceipts();
    this.metrics.receipts('unmatched', dropped);
    return dropped === DROP_RECEIPTS_BATCH;
  }

  /** Adds the months of the next weeks. */
  addMonths(): Promise<void> {
    return this.store.addMonths();
  }

  /** Drops the months that are over. Returns true if older codes may remain. */
  purge(): Promise<boolean> {
    return this.store.purge();
  }

  /** Records receipts that a caller sends, and is told of once they are kept. One that came before changes nothing. */
  async received(receipts: readonly SmsReceipt[]): Promise<void> {
    for (const receipt of receipts) await this.writeOne(receipt);
  }

  /** Takes a receipt without waiting: the SMS centre has its answer already. */
  private heard(receipt: SmsReceipt | null): void {
    if (receipt === null) {
      this.metrics.receipts('unreadable');
    } else if (this.unwritten.length >= MAX_UNWRITTEN) {
      this.metrics.receipts('dropped');
    } else {
      this.unwritten.push(receipt);
      if (!this.writing) void this.write();
    }
  }

  /** One after the other, so that thousands of receipts at once leave the database to those who wait for a code. */
  private async write(): Promise<void> {
    this.writing = true;
    for (let next = this.unwritten.shift(); next; next = this.unwritten.shift()) {
      try {
        await this.writeOne(next);
      } catch (error) {
        this.metrics.receipts('dropped');
        this.warnings.warn('a delivery receipt is not recorded', (error as Error).message);
      }
    }
    this.writing = false;
  }

  private async writeOne({ messageId, state }: SmsReceipt): Promise<void> {
    const spellings = messageIdSpellings(messageId);
    const [own] = spellings;
    if (own === undefined) {
      this.metrics.receipts('unreadable');
      return;
    }
    await this.store.hold({ messageId: own, state });
    await this.settle(spellings);
  }

  private async settle(spellings: readonly string[]): Promise<void> {
    const state = spellings.length > 0 ? await this.store.settle(spellings) : undefined;
    if (state !== undefined) this.metrics.receipts(state);
  }
}

/** Null for a message that did not leave and will be tried again. */
function stateAfter({ kind }: SmsOutcome): TextState | null {
  return kind === 'retry' ? null : kind;
}
