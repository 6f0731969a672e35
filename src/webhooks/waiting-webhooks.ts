import { Injectable } from '@nestjs/common';
import type { Session } from '../database/database.ts';
import { publicEventId, readEventId } from './event-id.ts';
import { WaitingWebhookStore, type FailedWebhook, type WaitingEndpoint } from './waiting-webhook.store.ts';

/** Which webhooks are meant: of one endpoint or of all, these events or all that happened so many seconds ago. */
export interface WebhookSelection {
  endpointId: string | null;
  /** As receivers see them: `msg_…`. */
  eventIds: readonly string[] | null;
  olderThanSeconds: number;
}

/** Webhooks that wait, as an operator of the service sees them. */
@Injectable()
export class WaitingWebhooks {
  constructor(private readonly store: WaitingWebhookStore) {}

  /** What each endpoint still gets. */
  async endpoints(): Promise<WaitingEndpoint[]> {
    return this.store.endpoints();
  }

  /** The latest events that an endpoint did not accept and that are not sent again. */
  async failed(limit: number): Promise<FailedWebhook[]> {
    return (await this.store.failed(limit)).map((one) => ({ ...one, eventId: publicEventId(one.eventId) }));
  }

  /** Makes them due, other than those that are being sent. Returns their number. */
  async retry(session: Session, { endpointId, eventIds, olderThanSeconds }: WebhookSelection): Promise<number> {
    return this.store.retry(session, endpointId, idsOf(eventIds), olderThanSeconds);
  }

  /** Drops them, other than those that are being sent; the events stay readable. Returns their number. */
  async drop(session: Session, { endpointId, eventIds, olderThanSeconds }: WebhookSelection): Promise<number> {
    return this.store.drop(session, endpointId, idsOf(eventIds), olderThanSeconds);
  }
}

function idsOf(eventIds: readonly string[] | null): string[] | null {
  return eventIds?.map((id) => readEventId(id)).filter((id) => id !== undefined) ?? null;
}
