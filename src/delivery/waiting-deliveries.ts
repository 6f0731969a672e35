import { Injectable } from '@nestjs/common';
import type { Session } from '../database/database.ts';
import {
  WaitingStore,
  type FailedMessage,
  type Selection,
  type WaitingDelivery,
  type WaitingKind,
} from './waiting.store.ts';

/** Deliveries that wait, as an operator of the service sees them: neither a person nor a text is among what it tells. */
@Injectable()
export class WaitingDeliveries {
  constructor(private readonly store: WaitingStore) {}

  /** How many wait, by kind. */
  async kinds(): Promise<WaitingKind[]> {
    return this.store.kinds();
  }

  /** The oldest of a kind, or of all, that are so many seconds old. */
  async list(kind: string | null, olderThanSeconds: number, limit: number): Promise<WaitingDelivery[]> {
    return this.store.list(kind, olderThanSeconds, limit);
  }

  /** The latest messages that push services and the SMS centre refused for good. */
  async failed(limit: number): Promise<FailedMessage[]> {
    return this.store.failed(limit);
  }

  /** Makes them due: workers send them within a second. One that a worker has stays with it. Returns their number. */
  async retry(session: Session, selection: Selection): Promise<number> {
    return this.store.retry(session, selection);
  }

  /** Drops them: what they were to say is not said. One that a worker has stays with it. Returns their number. */
  async drop(session: Session, selection: Selection): Promise<number> {
    return this.store.drop(session, selection);
  }
}
