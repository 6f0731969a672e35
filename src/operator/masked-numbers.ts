import { Injectable } from '@nestjs/common';
import { maskPhoneNumber } from '../domain/phone-number.ts';
import type { SubscriptionState } from '../domain/subscription.ts';
import { Lines } from '../lines/lines.ts';

/** Returns the masked phone numbers of subscriptions for the desk. */
@Injectable()
export class MaskedNumbers {
  constructor(private readonly lines: Lines) {}

  /**
   * Returns masked numbers by subscription id. Cancelled subscriptions are left out, because their lines may belong to
   * other people now, and so are lines without a number.
   */
  async of(
    subscriptions: readonly { subscriptionId: string; lineId: string; subscriptionState: SubscriptionState }[],
  ): Promise<Map<string, string>> {
    const standing = subscriptions.filter(({ subscriptionState }) => subscriptionState !== 'cancelled');
    const lines = await this.lines.many([...new Set(standing.map(({ lineId }) => lineId))]);
    return new Map(
      standing.flatMap(({ subscriptionId, lineId }) => {
        const line = lines.get(lineId);
        const number = line?.facts.phoneNumber ?? null;
        return number === null ? [] : [[subscriptionId, maskPhoneNumber(number)]];
      }),
    );
  }
}
