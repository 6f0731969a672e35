import { Injectable } from '@nestjs/common';
import { DeviceStore } from './device.store.ts';

interface Waiting {
  deviceId: string;
  jti: string;
  settle: { resolve: (fresh: boolean) => void; reject: (error: unknown) => void };
}

/**
 * Spends the `jti` of device proofs. Alone, a proof goes to the database at once; those that arrive while a statement
 * is under way share the next one, so that under load a commit is paid once for many.
 */
@Injectable()
export class SpendProof {
  private waiting: Waiting[] = [];
  private running = false;

  constructor(private readonly store: DeviceStore) {}

  /** Whether the proof is fresh and its device not revoked. */
  spend(deviceId: string, jti: string): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ deviceId, jti, settle: { resolve, reject } });
      if (!this.running) void this.run();
    });
  }

  private async run(): Promise<void> {
    this.running = true;
    while (this.waiting.length > 0) {
      const batch = this.waiting;
      this.waiting = [];
      try {
        const fresh = await this.store.spendProofs(batch);
        // The same proof twice in one batch is one row: whoever comes first has it.
        for (const { deviceId, jti, settle } of batch) settle.resolve(fresh.delete(`${deviceId} ${jti}`));
      } catch (error) {
        for (const { settle } of batch) settle.reject(error);
      }
    }
    this.running = false;
  }
}
