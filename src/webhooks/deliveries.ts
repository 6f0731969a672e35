import { Injectable } from '@nestjs/common';
import { readEventId, publicEventId } from './event-id.ts';
import { DeliveryStore, type DeliveryRow } from './delivery.store.ts';

/** What became of an event at one endpoint, by its last attempt. */
export interface EndpointDelivery extends Omit<DeliveryRow, 'eventId'> {
  /** `waiting`: it was not tried yet. */
  outcome: 'accepted' | 'failed' | 'waiting';
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
