import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathOf, type Api, type CallOptions } from './api.ts';
import { PushguardError } from './pushguard-error.ts';
import { isDuration, LONGEST_MS } from './time-limit.ts';
import { eventOf, type WebhookEvent } from './webhook.ts';

/** A type of events that an endpoint can choose. */
export type WebhookEventType = Exclude<WebhookEvent['type'], 'unknown'>;

/** The input of an endpoint. */
export interface AddWebhookEndpoint {
  /** `https`, and reachable from the internet. */
  url: string;
  /** `*` stands for all types, also those to come. */
  types: readonly (WebhookEventType | '*')[];
  /** What it is for: one line of at most 200 characters. */
  description?: string | undefined;
}

/** What is changed of an endpoint; what is left out stays. */
export interface ChangeWebhookEndpoint extends Partial<Omit<AddWebhookEndpoint, 'description'>> {
  /** An empty one, or null, removes it. */
  description?: string | null | undefined;
  /** `true` stops sending and keeps what waits; `false` also enables an endpoint that the service disabled. */
  disabled?: boolean | undefined;
}

/** An address to which the service sends events. Times are RFC 3339, UTC. */
export interface WebhookEndpoint {
  id: string;
  url: string;
  /** May hold types that this version does not know. */
  types: string[];
  description: string | null;
  disabled: boolean;
  /** By `changeEndpoint`, because it answered 410, or because every attempt of five days failed. Null while it is enabled. */
  disabledBy: 'client' | 'gone' | 'failures' | null;
  /** Since when every attempt failed; null after an accepted one. */
  failingSince: string | null;
  createdAt: string;
}

/** A new endpoint. Keep `secret` where `verifyWebhook` finds it: it is shown once. */
export type AddedWebhookEndpoint = WebhookEndpoint & { secret: string };

/** A new secret of an endpoint. */
export interface RotatedWebhookSecret {
  secret: string;
  /** RFC 3339, UTC: until then the former secret signs too. */
  formerSecretUntil: string;
}

/** One attempt to send an event. Times are RFC 3339, UTC. */
export interface WebhookAttempt {
  endpointId: string;
  /** 1 for the first one. */
  attempt: number;
  at: string;
  /** Milliseconds until the answer or the fault. */
  ms: number;
  outcome: 'accepted' | 'failed';
  /** Of the answer; null without one. */
  status: number | null;
  /** Why there was no answer, such as `timeout`; null with one. */
  fault: string | null;
  /** The first KiB of the answer; null without one. */
  response: string | null;
}

/** The span of events to send again: until the present unless `until` ends it. */
export interface ReplaySpan {
  since: Date;
  until?: Date | undefined;
}

/** Events that will be sent again. */
export interface Replay {
  events: number;
  /** Where more than 10,000 were found: the `since` of the call for the rest. */
  next: Date | null;
}

/** What narrows the log of events. */
export interface EventLogQuery {
  type?: WebhookEventType | undefined;
  since?: Date | undefined;
  until?: Date | undefined;
  /** The `cursor` of the page before. */
  cursor?: string | undefined;
  /** 1 to 500; 100 when left out. */
  limit?: number | undefined;
}

/** A page of the log, the last event first. */
export interface EventLogPage {
  events: WebhookEvent[];
  /** Leads to the page with earlier events; null on the last page. */
  cursor: string | null;
}

/** Where reading the feed begins, and how it goes on. */
export interface FeedQuery {
  /** The `after` of the last page that was handled, or the id of an event. Left out: all events of the last 30 days. */
  after?: string | undefined;
  type?: WebhookEventType | undefined;
  /** Events of one page, 1 to 500; 100 when left out. */
  limit?: number | undefined;
  /** Milliseconds before the feed is read again after its end. Default: 1,000. `null` ends the reading there. */
  pollMs?: number | null | undefined;
}

/** A page of the feed, in the order in which events were recorded. It has one event at least. */
export interface FeedPage {
  events: WebhookEvent[];
  /** Keep it once the events are handled: reading goes on behind it. */
  after: string;
}

/** An event as the service lists it. */
type Listed = Pick<WebhookEvent, 'id' | 'timestamp'> & { type: string; data: object };
type ListedPage = { events: Listed[]; cursor: string | null; after: string | null };

const ENDPOINTS = '/v1/webhook-endpoints';
const POLL_MS = 1_000;

/**
 * Webhook endpoints of this client, and the events that they are sent. A token with the scope `authentications`, `signing`
 * or `webhooks` serves. Every call rejects with {@link PushguardError}, as those of `Pushguard` do.
 */
export class WebhookApi {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Returns the endpoints, oldest first. */
  async listEndpoints(options: CallOptions = {}): Promise<WebhookEndpoint[]> {
    return this.#api.call({ method: 'GET', path: ENDPOINTS }, options);
  }

  /** Returns one endpoint. */
  async getEndpoint(id: string, options: CallOptions = {}): Promise<WebhookEndpoint> {
    return this.#api.call({ method: 'GET', path: pathOf('webhook-endpoints', id) }, options);
  }

  /**
   * Adds an endpoint, at most ten for a client. An `Idempotency-Key` is made and kept over the repetitions; give your own to
   * add once over several calls, which then all return the same secret for 24 hours.
   */
  async addEndpoint(
    body: AddWebhookEndpoint,
    options: CallOptions & { idempotencyKey?: string | undefined } = {},
  ): Promise<AddedWebhookEndpoint> {
    const idempotencyKey = options.idempotencyKey ?? randomUUID();
    return this.#api.call({ method: 'POST', path: ENDPOINTS, body, idempotencyKey }, options);
  }

  /** Changes what is given. */
  async changeEndpoint(id: string, body: ChangeWebhookEndpoint, options: CallOptions = {}): Promise<WebhookEndpoint> {
    return this.#api.call({ method: 'PATCH', path: pathOf('webhook-endpoints', id), body }, options);
  }

  /** Deletes an endpoint with its secrets and with what waits for it. */
  async removeEndpoint(id: string, options: CallOptions = {}): Promise<void> {
    const showsDone = ({ code }: PushguardError) => code === 'webhook_endpoint_not_found';
    await this.#api.call({ method: 'DELETE', path: pathOf('webhook-endpoints', id), showsDone }, options);
  }

  /**
   * Makes another secret. Both sign until `formerSecretUntil`: 24 hours, or `gracePeriodHours` (0 to 168). Idempotent as
   * `addEndpoint`.
   */
  async rotateSecret(
    id: string,
    body: { gracePeriodHours?: number | undefined } = {},
    options: CallOptions & { idempotencyKey?: string | undefined } = {},
  ): Promise<RotatedWebhookSecret> {
    const path = `${pathOf('webhook-endpoints', id)}/secret/rotate`;
    const idempotencyKey = options.idempotencyKey ?? randomUUID();
    return this.#api.call({ method: 'POST', path, body, idempotencyKey }, options);
  }

  /** Sends `test`, or an example of another type with `test: true` in its data, and returns its id. At most sixty a minute. */
  async sendTest(id: string, type: WebhookEventType = 'test', options: CallOptions = {}): Promise<{ id: string }> {
    const path = `${pathOf('webhook-endpoints', id)}/test`;
    return this.#api.call({ method: 'POST', path, body: { type }, repeatable: false }, options);
  }

  /** Sends the events again that this endpoint did not accept. */
  async recover(id: string, span: ReplaySpan, options: CallOptions = {}): Promise<Replay> {
    return this.#replay(id, 'recover', span, options);
  }

  /** Sends the events that were never sent to this endpoint, because it was disabled or did not exist yet. */
  async replayMissing(id: string, span: ReplaySpan, options: CallOptions = {}): Promise<Replay> {
    return this.#replay(id, 'replay-missing', span, options);
  }

  /** Returns a page of the events of the last 30 days, the last one first. */
  async listEvents(query: EventLogQuery = {}, options: CallOptions = {}): Promise<EventLogPage> {
    const { events, cursor } = await this.#list(
      { ...query, since: query.since && textOf(query.since), until: query.until && textOf(query.until) },
      options,
    );
    return { events, cursor };
  }

  /** Returns the attempts to send an event to each endpoint, the last one first. */
  async listAttempts(eventId: string, options: CallOptions = {}): Promise<WebhookAttempt[]> {
    const path = `${pathOf('webhook-events', eventId)}/attempts`;
    return (await this.#api.call<{ attempts: WebhookAttempt[] }>({ method: 'GET', path }, options)).attempts;
  }

  /** Sends an event again to an endpoint, with the same id, whatever types the endpoint chose. */
  async resend(eventId: string, endpointId: string, options: CallOptions = {}): Promise<void> {
    const path = `${pathOf('webhook-events', eventId)}/resend`;
    await this.#api.call({ method: 'POST', path, body: { endpointId } }, options);
  }

  /**
   * Reads the events of the last 30 days and those to come, page after page, for a server that receives no webhooks. It
   * misses none. Ends with `aborted` by the caller's signal, and with the code of a call that failed until its deadline:
   * read again behind the last `after` that you kept.
   */
  async *readFeed(query: FeedQuery = {}, options: CallOptions = {}): AsyncGenerator<FeedPage, void, undefined> {
    const { type, limit, pollMs = POLL_MS } = query;
    if (pollMs !== null && !isDuration(pollMs)) {
      throw new PushguardError('invalid_request', 'pollMs must be a number of milliseconds or null.');
    }
    let after = query.after ?? '';
    for (;;) {
      const page = await this.#list({ after, type, limit }, options);
      after = page.after ?? after;
      if (page.events.length > 0) yield { events: page.events, after };
      else if (pollMs === null) return;
      else await pause(pollMs, options.signal);
    }
  }

  async #replay(
    id: string,
    which: 'recover' | 'replay-missing',
    { since, until }: ReplaySpan,
    options: CallOptions,
  ): Promise<Replay> {
    const path = `${pathOf('webhook-endpoints', id)}/${which}`;
    const body = { since: textOf(since), ...(until && { until: textOf(until) }) };
    const answer = await this.#api.call<{ events: number; next: string | null }>(
      { method: 'POST', path, body },
      options,
    );
    return { events: answer.events, next: answer.next === null ? null : new Date(answer.next) };
  }

  async #list(
    query: Readonly<Record<string, string | number | undefined>>,
    options: CallOptions,
  ): Promise<Omit<ListedPage, 'events'> & { events: WebhookEvent[] }> {
    const given = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    );
    const path = `/v1/webhook-events?${String(new URLSearchParams(given))}`;
    const page = await this.#api.call<ListedPage>({ method: 'GET', path }, options);
    return { ...page, events: page.events.map(({ id, ...event }) => eventOf(id, event)) };
  }
}

/** Throws as the service would refuse it, because a date that is none has no text. */
function textOf(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new PushguardError('invalid_request', 'A date is not valid.');
  return date.toISOString();
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(Math.min(ms, LONGEST_MS), undefined, { signal });
  } catch {
    throw new PushguardError('aborted', 'The signal of the caller ended the reading.', { cause: signal?.reason });
  }
}
