import { Injectable } from '@nestjs/common';
import { readEventId, publicEventId } from './event-id.ts';
import { DeliveryStore } from './delivery.store.ts';

/** What became of an event at one endpoint, by its last attempt. */
export interface EndpointDelivery {
  endpointId: string;
  /** `waiting`: it was not tried yet, or it is to be tried again after a resend. */
  outcome: 'accepted' | 'failed' | 'waiting';
  /** The number of the last attempt; null before the first one. */
  attempt: number | null;
  status: number | null;
  fault: string | null;
  /** When it is tried next; null if it is not. */
  dueAt: Date | null;
}

/** What became of events at the endpoints of a client. */
@Injectable()
export class Deliveries {
  constructor(private readonly store: DeliveryStore) {}

  /** Returns the deliveries of events by their ids. An endpoint that an event was never meant for has none. */
  async of(clientId: string, eventIds: readonly string[]): Promise<Map<string, EndpointDelivery[]>> {
    const ids = eventIds.map((id) => readEventId(id)).filter((id) => id !== undefined);
    const found = new Map<string, EndpointDelivery[]>();
    if (ids.length === 0) return found;
    for (const { eventId, ...row } of await this.store.of(clientId, ids)) {
      const id = publicEventId(eventId);
      found.set(id, [...(found.get(id) ?? []), { ...row, outcome: outcomeOf(row) }]);
    }
    return found;
  }
}

function outcomeOf({ status, attempt }: Pick<EndpointDelivery, 'status' | 'attempt'>): EndpointDelivery['outcome'] {
  if (attempt === null) return 'waiting';
  return status !== null && status >= 200 && status < 300 ? 'accepted' : 'failed';
}
