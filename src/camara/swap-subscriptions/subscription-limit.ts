import { Injectable } from '@nestjs/common';
import { Environment } from '../../../config/environment.ts';
import { CamaraError } from '../../http/camara-error.ts';
import { SharedWork } from '../../process/shared-work.ts';
import { SwapSubscriptionStore } from './swap-subscription.store.ts';

/**
 * Milliseconds for which a process goes on from its last count: to count the subscriptions of a large client for each new one
 * would cost more than to make it. What other processes make meanwhile is not seen.
 */
const COUNTED_MS = 10_000;

/** Limits how many subscriptions to changes of a SIM a client has over all lines. */
@Injectable()
export class SubscriptionLimit {
  private readonly counted = new Map<string, { count: number; at: number }>();
  private readonly counting = new SharedWork<void>();

  constructor(
    private readonly store: SwapSubscriptionStore,
    private readonly environment: Environment,
  ) {}

  /** Makes one subscription more by `make`. CAMARA: `QUOTA_EXCEEDED` for a client that has as many as it may. */
  async make<Made>(clientId: string, make: () => Promise<Made>): Promise<Made> {
    await this.count(clientId);
    this.take(clientId);
    try {
      return await make();
    } catch (error) {
      this.free(clientId);
      throw error;
    }
  }

  /** Makes room for another one, once a client has deleted a subscription. */
  free(clientId: string): void {
    const known = this.counted.get(clientId);
    if (known) known.count -= 1;
  }

  /** Looks and takes at once, so that requests at the same moment do not take the same room. */
  private take(clientId: string): void {
    const { CAMARA_MOST_SUBSCRIPTIONS: most } = this.environment;
    const known = this.counted.get(clientId);
    if (!known) return;
    if (known.count >= most) {
      const sentence = `A client has at most ${most} subscriptions over all lines. Delete one of them first.`;
      throw new CamaraError('QUOTA_EXCEEDED', sentence, undefined, { name: 'subscriptions', quota: most });
    }
    known.count += 1;
  }

  /** Counts those of a client, unless that was done lately. */
  private async count(clientId: string): Promise<void> {
    const { at = -Infinity } = this.counted.get(clientId) ?? {};
    if (performance.now() - at >= COUNTED_MS) await this.counting.run(clientId, () => this.countAnew(clientId));
  }

  private async countAnew(clientId: string): Promise<void> {
    const count = await this.store.countOf(clientId);
    this.counted.set(clientId, { count, at: performance.now() });
  }
}
