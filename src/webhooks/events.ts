import { Injectable } from '@nestjs/common';
import { Problem } from '../domain/problem.ts';
import { publicEventId, readEventId } from './event-id.ts';
import { EventStore, type DroppedPlace, type EventRow, type FeedPlace } from './event.store.ts';
import type { EventType } from './event-types.ts';

/** An event, as its client sees it. `timestamp` is RFC 3339 in UTC. */
export interface EventView {
  id: string;
  type: EventType;
  timestamp: string;
  data: object;
}

/** A page of the log (`cursor` leads to the next one) or of the feed (`after` leads to what happens next). */
export interface EventsView {
  events: EventView[];
  cursor: string | null;
  after: string | null;
}

export interface AttemptView {
  endpointId: string;
  attempt: number;
  at: string;
  ms: number;
  outcome: 'accepted' | 'failed';
  status: number | null;
  fault: string | null;
  response: string | null;
}

/** The feed before its first event. */
const BEGINNING: FeedPlace = { epoch: 0, transaction: '0', id: '00000000-0000-0000-0000-000000000000' };
const UUID = String.raw`([\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12})`;
/** The texts within the two kinds of cursors: a place in the log, and one in the feed. */
const IN_LOG = new RegExp(String.raw`^log (\d{1,15}) ${UUID}$`);
const IN_FEED = new RegExp(String.raw`^feed (\d{1,9}) (\d{1,18}) ${UUID}$`);

/** The events of a client: the log, and the feed for those that receive no webhooks. */
@Injectable()
export class Events {
  constructor(private readonly store: EventStore) {}

  /** A page of the log, the last events first. Without `notesReader`, a person looks, and no event is recorded for it. Problems: `invalid_request` for a cursor that is none. */
  async log(
    clientId: string,
    {
      type,
      since,
      until,
      cursor,
      limit,
      notesReader = true,
    }: {
      type?: EventType;
      since?: string;
      until?: string;
      cursor?: string;
      limit: number;
      notesReader?: boolean;
    },
  ): Promise<EventsView> {
    const before = cursor === undefined ? null : readLogPlace(cursor);
    if (notesReader) await this.store.noteReader(clientId, null);
    const filter = { type: type ?? null, since: instant(since), until: instant(until) };
    const rows = await this.store.log(clientId, filter, before, limit);
    const last = rows.length === limit ? rows.at(-1) : undefined;
    const next = last ? written(`log ${last.happenedAt.getTime()} ${last.id}`) : null;
    return { events: rows.map(viewOf), cursor: next, after: null };
  }

  /**
   * What happened after a place of the feed, in the order in which it was recorded. Problems: `invalid_request` for an
   * `after` that is none, `webhook_event_not_found` for the id of an event that is not kept, and for a place that lies
   * behind the present end: the database was restored from a backup, and a reader would wait there in vain; and for a
   * place behind which events were dropped, so that a reader learns that it missed them.
   */
  async feed(
    clientId: string,
    { after, type, limit }: { after: string; type?: EventType; limit: number },
  ): Promise<EventsView> {
    const place = await this.readFeedPlace(after, clientId);
    const rows = await this.store.feed(clientId, place, type ?? null, limit);
    // After the rows: what is dropped meanwhile is found out.
    const listener = await this.store.noteReader(clientId, place);
    const { epoch: present, end, isDropped } = listener;
    const isPast = place.epoch === present ? BigInt(place.transaction) >= BigInt(end) : place.epoch > present;
    if (isPast || (isDropped && place !== BEGINNING)) throw placeNotFound();
    const { epoch, transaction, id } = rows.at(-1) ?? (place === BEGINNING ? beginningOf(listener) : place);
    return { events: rows.map(viewOf), cursor: null, after: written(`feed ${epoch} ${transaction} ${id}`) };
  }

  /** Returns an event. Problems: `webhook_event_not_found`. */
  async see(clientId: string, eventId: string): Promise<EventView> {
    const id = readEventId(eventId);
    const row = id === undefined ? undefined : await this.store.find(id, clientId);
    if (!row) throw eventNotFound();
    return viewOf(row);
  }

  /** The attempts to send an event, the last first. Problems: `webhook_event_not_found`. */
  async attempts(clientId: string, eventId: string): Promise<AttemptView[]> {
    const id = readEventId(eventId);
    if (id === undefined || !(await this.store.placeOf(id, clientId))) throw eventNotFound();
    return (await this.store.attemptsOf(id)).map(({ at, ...one }) => ({
      endpointId: one.endpointId,
      attempt: one.attempt,
      at: at.toISOString(),
      ms: one.ms,
      outcome: one.status !== null && one.status >= 200 && one.status < 300 ? 'accepted' : 'failed',
      status: one.status,
      fault: one.fault,
      response: one.response,
    }));
  }

  private async readFeedPlace(after: string, clientId: string): Promise<FeedPlace> {
    if (after === '') return BEGINNING;
    const eventId = readEventId(after);
    if (eventId !== undefined) {
      const place = await this.store.placeOf(eventId, clientId);
      if (!place) throw placeNotFound();
      return place;
    }
    const [, epoch, transaction, id] = IN_FEED.exec(read(after)) ?? [];
    if (epoch === undefined || transaction === undefined || id === undefined) {
      throw unreadable(['after'], 'Send what the last answer had as after, the id of an event, or nothing.');
    }
    return { epoch: Number(epoch), transaction, id };
  }
}

/** Where the feed of a client begins at present. */
function beginningOf({ droppedEpoch, droppedTransaction, droppedId }: DroppedPlace): FeedPlace {
  if (droppedEpoch === null || droppedTransaction === null || droppedId === null) return BEGINNING;
  return { epoch: droppedEpoch, transaction: droppedTransaction, id: droppedId };
}

/** The same answer for an unknown id and for another client’s. */
export function eventNotFound(): Problem {
  return new Problem(
    'webhook_event_not_found',
    'Use an id returned by GET /v1/webhook-events. Events are kept for 30 days.',
  );
}

function placeNotFound(): Problem {
  return new Problem(
    'webhook_event_not_found',
    'The feed has no such place: events behind it are no longer kept, because they are older than 30 days or too many, ' +
      'or the database was restored from a backup since. Read again with an empty after, and drop the events that you have handled, by their ids.',
  );
}

/** Problems: `invalid_request` for what belongs to the log in a question for the feed. */
export function expectFeedAlone(query: { since?: string; until?: string; cursor?: string }): void {
  const ofLog = (['since', 'until', 'cursor'] as const).filter((name) => query[name] !== undefined);
  if (ofLog.length > 0) throw unreadable(ofLog, 'Leave it out, or leave after out: the feed has no span.');
}

function readLogPlace(cursor: string): Pick<EventRow, 'happenedAt' | 'id'> {
  const [, at, id] = IN_LOG.exec(read(cursor)) ?? [];
  if (at === undefined || id === undefined) throw unreadable(['cursor'], 'Send the cursor of the page before.');
  return { happenedAt: new Date(Number(at)), id };
}

function unreadable(names: readonly string[], detail: string): Problem {
  return new Problem('invalid_request', 'Correct the fields listed in errors, then send the request again.', {
    errors: names.map((name) => ({ pointer: `/${name}`, detail })),
  });
}

function written(place: string): string {
  return Buffer.from(place).toString('base64url');
}

function read(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString('latin1');
}

function instant(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}

function viewOf({ id, type, happenedAt, data }: EventRow): EventView {
  return { id: publicEventId(id), type, timestamp: happenedAt.toISOString(), data };
}
