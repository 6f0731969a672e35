import { Injectable } from '@nestjs/common';
import { randomId, randomSecret } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { sha256 } from '../crypto/sha256.ts';
import { WEBHOOK_SECRET_BYTES, writtenWebhookSecret } from '../crypto/webhook-signature.ts';
import type { Session } from '../database/database.ts';
import { Problem } from '../domain/problem.ts';
import { WEBHOOK_ENDPOINTS } from '../domain/webhook.ts';
import { Outbound } from '../gateways/outbound/outbound.ts';
import { assertSameRequest } from '../http/idempotency-key.ts';
import { FormLimits } from '../http/form-limits.ts';
import { EndpointStore, MOST_REPLAYED, type EndpointRow, type Replayed, type Span } from './endpoint.store.ts';
import { publicEventId, readEventId } from './event-id.ts';
import { eventNotFound } from './events.ts';
import { testData, type EventType } from './event-types.ts';
import { placeOfSecret } from './send.ts';

/** Hours for which a former secret signs beside its successor, unless the client says otherwise. */
const GRACE_HOURS = 24;

/** Test events of one client in a minute. */
const TESTS = {
  name: 'webhook_tests',
  times: 60,
  seconds: 60,
  detail: 'At most 60 test events can be sent in a minute. Wait before sending another one.',
};
/** Events that one client has sent again by their ids, in a minute. */
const RESENDS = {
  name: 'webhook_resends',
  times: 60,
  seconds: 60,
  detail:
    'At most 60 events can be sent again in a minute. Wait before sending another one, or recover a span of them.',
};
/** Spans of events that one client has sent again or for the first time, in a minute. */
const REPLAYS = {
  name: 'webhook_replays',
  times: 10,
  seconds: 60,
  detail:
    'Recover and replay-missing can be asked for at most 10 times in a minute, together. Wait before the next one.',
};

/**
 * What a caller does after a change, in its transaction: the console audits it there. Only its result is passed, because
 * names are looked up before the transaction begins.
 */
export type Also<Done> = (session: Session, done: Done) => Promise<void>;

/** An endpoint, as its client sees it. Times are RFC 3339 in UTC. */
export interface EndpointView {
  id: string;
  url: string;
  types: string[];
  description: string | null;
  disabled: boolean;
  disabledBy: 'client' | 'gone' | 'failures' | null;
  failingSince: string | null;
  createdAt: string;
}

/** An endpoint with the secret that is shown once. */
type AddedView = EndpointView & { secret: string };

interface RotatedSecret {
  secret: string;
  formerSecretUntil: string;
}

interface AddedEndpoint {
  url: string;
  types: string[];
  description?: string;
}

/** The digests of a request with an Idempotency-Key: under every index key, the present one first. */
interface Idempotency {
  keyDigest: Buffer;
  requests: [Buffer, ...Buffer[]];
}

/** Endpoints of clients: their addresses, their secrets, and what is sent to them again. */
@Injectable()
export class Endpoints {
  constructor(
    private readonly store: EndpointStore,
    private readonly outbound: Outbound,
    private readonly keys: ServiceKeys,
    private readonly limits: FormLimits,
  ) {}

  /** True where an endpoint may be an `http` address of the service’s own host: outside production. */
  get mayBeOnThisHost(): boolean {
    return this.outbound.reachesThisHost;
  }

  /**
   * Adds an endpoint, and returns it with its first secret. Problems: `webhook_url_refused`, `webhook_endpoint_limit`,
   * `idempotency_key_reused`.
   */
  async add(
    clientId: string,
    input: AddedEndpoint,
    key: string | undefined,
    also?: Also<AddedView>,
  ): Promise<AddedView> {
    const { url, types, description = null } = input;
    // Before its name is asked for. A repeat with its key finds what it made, however many there are.
    if (key === undefined) await this.assertMayAdd(null, clientId);
    await this.assertReachable(url);
    const idempotency = this.idempotencyOf(key, ['webhook endpoint', url, types, description]);
    return this.inTransaction(async (session) => {
      await this.store.listen(session, clientId);
      const earlier = await this.earlier(session, clientId, idempotency);
      if (earlier) return { ...(await this.see(clientId, earlier.endpointId, session)), secret: earlier.secret };
      await this.assertMayAdd(session, clientId);
      const row = await this.store.add(session, { id: randomId(), clientId, url, types, description });
      return { ...viewOf(row), secret: await this.addSecret(session, row.id, clientId, idempotency) };
    }, also);
  }

  /** The endpoints of a client, oldest first. */
  async list(clientId: string): Promise<EndpointView[]> {
    return (await this.store.ofClient(clientId, null)).map(viewOf);
  }

  /** Problems: `webhook_endpoint_not_found`. */
  async see(clientId: string, id: string, session?: Session): Promise<EndpointView> {
    const [row] = await this.store.ofClient(clientId, id, session);
    if (!row) throw endpointNotFound();
    return viewOf(row);
  }

  /** Changes what is given; null removes the description. Problems: `webhook_endpoint_not_found`, `webhook_url_refused`. */
  async change(
    clientId: string,
    id: string,
    input: Partial<Omit<AddedEndpoint, 'description'>> & { description?: string | null; disabled?: boolean },
    also?: Also<EndpointView>,
  ): Promise<EndpointView> {
    const { url = null, types = null, disabled = null } = input;
    // In the statement, null keeps it and an empty text removes it.
    const description = input.description === null ? '' : (input.description ?? null);
    await this.see(clientId, id);
    if (url !== null) await this.assertReachable(url);
    return this.inTransaction(async (session) => {
      if (!(await this.store.lock(session, id, clientId))) throw endpointNotFound();
      const row = await this.store.change(session, id, clientId, { url, types, description, disabled });
      if (!row) throw endpointNotFound();
      return viewOf(row);
    }, also);
  }

  /** Problems: `webhook_endpoint_not_found`. */
  async remove(clientId: string, id: string, also?: Also<void>): Promise<void> {
    await this.inTransaction(async (session) => {
      if (!(await this.store.remove(session, id, clientId))) throw endpointNotFound();
    }, also);
  }

  /**
   * Makes a new secret; the former one signs beside it for some hours. Problems: `webhook_endpoint_not_found`,
   * `idempotency_key_reused`.
   */
  async rotate(
    clientId: string,
    id: string,
    graceHours = GRACE_HOURS,
    key: string | undefined,
    also?: Also<RotatedSecret>,
  ): Promise<RotatedSecret> {
    const idempotency = this.idempotencyOf(key, ['webhook secret', id, graceHours]);
    return this.inTransaction(async (session) => {
      if (!(await this.store.lock(session, id, clientId))) throw endpointNotFound();
      // Two endpoints of one client must not make a secret under one key.
      if (idempotency) await this.store.listen(session, clientId);
      const earlier = await this.earlier(session, clientId, idempotency);
      const began = earlier?.createdAt ?? new Date();
      const formerSecretUntil = new Date(began.getTime() + graceHours * 3_600_000).toISOString();
      if (earlier) return { secret: earlier.secret, formerSecretUntil };
      await this.store.replaceSecret(session, id, graceHours);
      return { secret: await this.addSecret(session, id, clientId, idempotency), formerSecretUntil };
    }, also);
  }

  /**
   * Sends a test event to one endpoint. Problems: `webhook_endpoint_not_found`, `webhook_endpoint_disabled`,
   * `too_many_requests`.
   */
  async test(clientId: string, id: string, type: EventType, also?: Also<{ id: string }>): Promise<{ id: string }> {
    await this.assertEnabled(clientId, id);
    return this.inTransaction(async (session) => {
      await this.limits.spendIn(session, { ...TESTS, of: clientId });
      const eventId = await this.store.test(session, id, clientId, { type, data: testData(type) });
      // It was disabled or deleted meanwhile.
      if (eventId === undefined) throw endpointDisabled();
      return { id: publicEventId(eventId) };
    }, also);
  }

  /**
   * Sends an event again to one endpoint. Problems: `webhook_event_not_found`, `webhook_endpoint_not_found`,
   * `webhook_endpoint_disabled`, `too_many_requests`.
   */
  async resend(
    clientId: string,
    eventId: string,
    endpointId: string,
    also?: Also<{ id: string }>,
  ): Promise<{ id: string }> {
    const id = readEventId(eventId);
    if (id === undefined) throw eventNotFound();
    await this.assertEnabled(clientId, endpointId);
    return this.inTransaction(async (session) => {
      await this.limits.spendIn(session, { ...RESENDS, of: clientId });
      if (!(await this.store.resend(session, endpointId, clientId, id))) throw eventNotFound();
      return { id: eventId };
    }, also);
  }

  /**
   * Sends the events again that failed (`failed`), or those that were never tried (`missing`). Problems:
   * `webhook_endpoint_not_found`, `webhook_endpoint_disabled`, `too_many_requests`.
   */
  async replay(
    clientId: string,
    id: string,
    which: 'failed' | 'missing',
    span: Span,
  ): Promise<{ events: number; next: string | null }> {
    await this.assertEnabled(clientId, id);
    const { count, last } = await this.inTransaction<Replayed>(async (session) => {
      await this.limits.spendIn(session, { ...REPLAYS, of: clientId });
      return which === 'failed'
        ? this.store.recover(session, id, clientId, span)
        : this.store.replayMissing(session, id, clientId, span);
    });
    return { events: count, next: count < MOST_REPLAYED ? null : (last?.toISOString() ?? null) };
  }

  /** Makes a change in a transaction, and what its caller does with it. */
  private inTransaction<Done>(change: (session: Session) => Promise<Done>, also?: Also<Done>): Promise<Done> {
    return this.store.transaction(async (session) => {
      const done = await change(session);
      await also?.(session, done);
      return done;
    });
  }

  private async assertMayAdd(session: Session | null, clientId: string): Promise<void> {
    if ((await this.store.count(session, clientId)) >= WEBHOOK_ENDPOINTS) throw tooManyEndpoints();
  }

  private async assertReachable(url: string): Promise<void> {
    const refusal = await this.outbound.refusalOf(url);
    if (refusal !== null) {
      throw new Problem('webhook_url_refused', `Nothing can be sent to this address. ${refusal}`, {
        errors: [{ pointer: '/url', detail: refusal }],
      });
    }
  }

  private async assertEnabled(clientId: string, id: string): Promise<void> {
    const { disabled } = await this.see(clientId, id);
    if (disabled) throw endpointDisabled();
  }

  private idempotencyOf(key: string | undefined, request: unknown[]): Idempotency | null {
    if (key === undefined) return null;
    return { keyDigest: sha256(`client:${key}`), requests: this.keys.indexes.all('request', JSON.stringify(request)) };
  }

  /** What this key made before. Problems: `idempotency_key_reused`. */
  private async earlier(session: Session, clientId: string, idempotency: Idempotency | null) {
    const kept = idempotency && (await this.store.secretByKey(session, clientId, idempotency.keyDigest));
    if (!kept?.requestDigest) return null;
    assertSameRequest(idempotency?.requests ?? [], kept.requestDigest);
    const { id, endpointId, createdAt } = kept;
    return {
      endpointId,
      createdAt,
      secret: writtenWebhookSecret(this.keys.fields.decrypt(kept.secret, placeOfSecret(id))),
    };
  }

  private async addSecret(
    session: Session,
    endpointId: string,
    clientId: string,
    idempotency: Idempotency | null,
  ): Promise<string> {
    const [id, secret] = [randomId(), randomSecret(WEBHOOK_SECRET_BYTES)];
    await this.store.addSecret(session, {
      id,
      endpointId,
      clientId,
      secret: this.keys.fields.encrypt(secret, placeOfSecret(id)),
      idempotency: idempotency && { keyDigest: idempotency.keyDigest, requestDigest: idempotency.requests[0] },
    });
    return writtenWebhookSecret(secret);
  }
}

/** The same answer for an unknown id and for another client’s. */
export function endpointNotFound(): Problem {
  return new Problem('webhook_endpoint_not_found', 'Use an id returned by POST /v1/webhook-endpoints.');
}

function tooManyEndpoints(): Problem {
  const detail = `A client has at most ${WEBHOOK_ENDPOINTS} endpoints. Delete one, or change one with PATCH.`;
  return new Problem('webhook_endpoint_limit', detail);
}

function viewOf({ createdAt, failingSince, disabledAt, ...row }: EndpointRow): EndpointView {
  return {
    id: row.id,
    url: row.url,
    types: row.types,
    description: row.description,
    disabled: disabledAt !== null,
    disabledBy: row.disabledBy,
    failingSince: failingSince?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}

function endpointDisabled(): Problem {
  return new Problem('webhook_endpoint_disabled', 'Enable the endpoint first, with PATCH and disabled: false.');
}
