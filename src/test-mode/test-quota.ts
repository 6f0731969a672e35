import { Injectable } from '@nestjs/common';
import { Problem } from '../domain/problem.ts';

/** Ten a second, of which a test suite may send many at once. */
const QUOTA = 100;
const SECONDS = 10;

/**
 * Enforces how many tests a client starts, so that test mode is no way to load the service. Each process counts its own.
 */
@Injectable()
export class TestQuota {
  private readonly started = new Map<string, { period: number; count: number }>();

  /** Problems: `too_many_requests`. */
  spend(clientId: string): void {
    const period = Math.floor(Date.now() / (SECONDS * 1000));
    const spent = this.started.get(clientId);
    const count = spent?.period === period ? spent.count + 1 : 1;
    if (count > QUOTA) {
      const retryAfterSeconds = Math.max(1, Math.ceil(((period + 1) * SECONDS * 1000 - Date.now()) / 1000));
      const detail = `Test mode starts at most ${QUOTA} authentications or windows in ${SECONDS} seconds. Wait for the next ones.`;
      const limit = { name: 'test-quota', quota: QUOTA, seconds: SECONDS };
      throw new Problem('too_many_requests', detail, { retryAfterSeconds, limit });
    }
    this.started.set(clientId, { period, count });
  }
}
