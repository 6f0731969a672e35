import { Injectable } from '@nestjs/common';
import { randomFraction } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { webhookSignature } from '../crypto/webhook-signature.ts';
import { pauseAskedFor, waitAfterAttempt, WEBHOOK_DEADLINE_MS, WEBHOOK_LANES } from '../domain/webhook.ts';
import { Outbound, type OutboundAnswer } from '../gateways/outbound/outbound.ts';
import { Metrics } from '../http/metrics.ts';
import { noteHttpCall } from '../tracing/outgoing-call.ts';
import { inClientSpan, inConsumerSpan, outsideOfSpans, presentTraceparent } from '../tracing/tracing.ts';
import { SendingStore, type Health, type KeptSecret, type Letter, type Settled } from './sending.store.ts';
import { publicEventId } from './event-id.ts';
import type { JobOutcome, WebhookJob } from './webhook-queue.ts';

/** Milliseconds in which a run takes further events. What it does not get to is handed over anew. */
const RUN_MS = 10_000;
/** Milliseconds for which a run sends without asking again whether the endpoint is still as it was. Guide webhooks.md names it. */
const PERMIT_MS = 500;
/** Milliseconds that a run waits at least for its endpoint, and by how much the wait is spread. */
const [WAIT_MS, SPREAD_MS] = [500, 2_000];
/**
 * Milliseconds for which results are gathered: a write costs the database about as much as ten results in it. No longer,
 * because what is not written is sent again if the process dies, or if the queue takes it for dead.
 */
const GATHER_MS = 20;
/** Results that are written at once. */
const MOST_GATHERED = 100;
/** Bytes of an answer that are kept. */
const KEPT_BYTES = 1_024;

/** Sends a batch of events to one endpoint. */
@Injectable()
export class Send {
  /** Ends the runs. */
  private readonly stopping = new AbortController();

  constructor(
    private readonly store: SendingStore,
    private readonly outbound: Outbound,
    private readonly keys: ServiceKeys,
    private readonly metrics: Metrics,
  ) {}

  /** Takes no further event from now on, and leaves those under way a moment. */
  stop(graceMs: number): void {
    this.stopping.abort();
    setTimeout(() => {
      this.outbound.close();
    }, graceMs).unref();
  }

  /** Runs one job: reserves the endpoint, sends what is still to be sent, and frees the endpoint. */
  async run(job: WebhookJob, failures: number): Promise<JobOutcome> {
    const attributes = {
      'messaging.system': 'bullmq',
      'messaging.destination.name': 'webhooks',
      'messaging.operation.type': 'process',
      'messaging.batch.message_count': job.eventIds.length,
    };
    const span = { attributes, links: [], startTime: Date.now() };
    return outsideOfSpans(() => inConsumerSpan('process webhooks', span, () => this.runOnce(job, failures)));
  }

  private async runOnce(job: WebhookJob, failures: number): Promise<JobOutcome> {
    const { endpointId, turn, attempts } = job;
    const endpoint = await this.store.takeTurn(endpointId, turn);
    if (!endpoint) {
      const wait = await this.store.waitOf(endpointId);
      if (wait === undefined) return { kind: 'done' };
      return { kind: 'waits', ms: Math.max(WAIT_MS, wait) + SPREAD_MS * randomFraction() };
    }
    const permit = new Permit(() => this.store.secrets(endpointId, turn), this.keys);
    const [letters] = await Promise.all([
      this.store.letters(job, attempts === undefined ? null : attempts + failures),
      permit.renew(),
    ]);
    if (letters.length < job.eventIds.length) await this.store.forgetDropped(endpointId, job.eventIds);
    const round = new Round(letters, this.stopping.signal);
    const results = new Results((settled) => this.store.settle(endpointId, settled));
    const lane = async (): Promise<void> => {
      // A database that cannot be asked ends the run: what it sent is still written, and the rest is handed over anew.
      while (permit.isFresh || (await permit.renew().catch(() => false))) {
        const letter = round.next();
        if (!letter) return;
        const result = await this.attempt(letter, endpoint.url, permit.secrets, round);
        if (result) results.add(result);
        else round.left.push(letter);
      }
    };
    await Promise.all(Array.from({ length: WEBHOOK_LANES }, lane));
    await results.written();
    return this.conclude(endpointId, turn, round);
  }

  /** Frees the endpoint, and disables one that is gone or has failed for days. */
  private async conclude(endpointId: string, turn: string, round: Round): Promise<JobOutcome> {
    if (round.isGone && (await this.store.disable(endpointId, turn, 'gone'))) return { kind: 'done' };
    // An event without a failure is due as it is.
    const waiting = round.left.filter(({ attempts }) => attempts > 0);
    await this.putBack(endpointId, waiting);
    const end = await this.store.endTurn(endpointId, turn, round.health, round.pauseMs);
    // The client’s change left the events to this run.
    if (end === 'taken') await this.putBack(endpointId, round.left);
    if (end === 'kept' && (await this.store.disable(endpointId, turn, 'failures'))) return { kind: 'done' };
    return round.waitMs === null ? { kind: 'done' } : { kind: 'failed', ms: round.waitMs };
  }

  private async putBack(endpointId: string, letters: readonly Letter[]): Promise<void> {
    if (letters.length === 0) return;
    const [ids, claims] = [letters.map(({ id }) => id), letters.map(({ claim }) => claim)];
    await this.store.putBack(endpointId, ids, claims);
  }

  /** Sends one event. Returns null when the process stopped meanwhile: then it is as if it had not been tried. */
  private async attempt(
    letter: Letter,
    url: string,
    secrets: readonly Buffer[],
    round: Round,
  ): Promise<Settled | null> {
    const at = new Date();
    const began = performance.now();
    const answer = await inClientSpan('POST webhook', {}, async () => {
      const { body, headers } = signed(letter, secrets, at);
      const traceparent = presentTraceparent();
      const traced = { ...headers, ...(traceparent !== undefined && { traceparent }) };
      const given = await this.outbound.send({
        url,
        method: 'POST',
        body,
        headers: traced,
        deadlineMs: WEBHOOK_DEADLINE_MS,
      });
      noteHttpCall('POST', null, given);
      return given;
    });
    if (answer.kind === 'failed' && answer.fault === 'stopped') return null;
    const ms = Math.round(performance.now() - began);
    const attempt = letter.attempts + 1;
    const status = answer.kind === 'answered' ? answer.status : null;
    const isAccepted = status !== null && status >= 200 && status < 300;
    const pauseMs = answer.kind === 'answered' ? pauseAskedFor(answer.status, answer.retryAfter, new Date()) : 0;
    const waitMs = isAccepted ? null : round.failed(attempt, answer, pauseMs);
    if (isAccepted) round.accepted += 1;
    this.metrics.webhook(isAccepted ? 'accepted' : 'failed', ms);
    return {
      eventId: letter.id,
      claim: letter.claim,
      attempt,
      at,
      ms,
      status,
      fault: answer.kind === 'failed' ? answer.fault : null,
      response: answer.kind === 'answered' ? textOf(answer.body) : null,
      waitMs,
    };
  }
}

/** The place to which a secret's ciphertext is bound. */
export function placeOfSecret(id: string): string {
  return `webhook_secrets:secret:${id}`;
}

/** The request of one attempt, as Standard Webhooks has it. */
function signed({ id, type, happenedAt, data }: Letter, secrets: readonly Buffer[], at: Date) {
  const body = JSON.stringify({ type, timestamp: happenedAt.toISOString(), data });
  const message = { id: publicEventId(id), timestamp: Math.floor(at.getTime() / 1000), body };
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Pushguard-Webhooks/1',
      'webhook-id': message.id,
      'webhook-timestamp': String(message.timestamp),
      'webhook-signature': webhookSignature(message, secrets),
    },
  };
}

/** The beginning of an answer as a text; a database keeps no NUL. */
function textOf(body: Buffer): string {
  return body.subarray(0, KEPT_BYTES).toString('utf8').replaceAll('\0', '\ufffd');
}

/**
 * The permission of a run to send to its endpoint, and the secrets that sign. What the client changes meanwhile ends or
 * changes it, so it is asked for anew while the run lasts.
 */
class Permit {
  secrets: readonly Buffer[] = [];
  private readonly known = new Map<string, Buffer>();
  private askedAt = -Infinity;
  private asking: Promise<boolean> | undefined;

  constructor(
    private readonly ask: () => Promise<readonly KeptSecret[]>,
    private readonly keys: ServiceKeys,
  ) {}

  /** True while the last answer counts; false from the moment on in which the run may send no more. */
  get isFresh(): boolean {
    return this.secrets.length > 0 && performance.now() - this.askedAt < PERMIT_MS;
  }

  /** Asks again, once for all that ask at the same time. Returns false if the run may send no more. */
  async renew(): Promise<boolean> {
    this.asking ??= this.read().finally(() => (this.asking = undefined));
    return this.asking;
  }

  private async read(): Promise<boolean> {
    const began = performance.now();
    const kept = await this.ask();
    this.secrets = kept.map((one) => this.opened(one));
    this.askedAt = began;
    return kept.length > 0;
  }

  private opened({ id, secret }: KeptSecret): Buffer {
    const opened = this.known.get(id) ?? this.keys.fields.decrypt(secret, placeOfSecret(id));
    this.known.set(id, opened);
    return opened;
  }
}

/** What one run has still to send, and what became of the rest. */
class Round {
  accepted = 0;
  isGone = false;
  pauseMs = 0;
  /** Milliseconds until the failed ones are sent again; null when none is. */
  waitMs: number | null = null;
  readonly left: Letter[];
  private failures = 0;
  private timeouts = 0;
  private readonly began = performance.now();
  /** One number for the whole batch, because its failed events are sent again together. */
  private readonly fraction = randomFraction();

  constructor(
    letters: readonly Letter[],
    private readonly stopping: AbortSignal,
  ) {
    this.left = [...letters];
  }

  get health(): Health {
    if (this.accepted > 0) return 'works';
    if (this.failures === 0) return 'unknown';
    return this.timeouts === this.failures ? 'hangs' : 'fails';
  }

  next(): Letter | undefined {
    const mayGoOn = !this.isGone && this.pauseMs === 0 && !this.stopping.aborted;
    return mayGoOn && performance.now() - this.began < RUN_MS ? this.left.shift() : undefined;
  }

  /** Notes a failure. Returns the milliseconds until the next attempt, or null when there is none. */
  failed(attempt: number, answer: OutboundAnswer, pauseMs: number): number | null {
    this.failures += 1;
    if (answer.kind === 'failed' && answer.fault === 'timeout') this.timeouts += 1;
    this.isGone ||= answer.kind === 'answered' && answer.status === 410;
    this.pauseMs = Math.max(this.pauseMs, pauseMs);
    const wait = waitAfterAttempt(attempt, this.fraction);
    // Also after 410: if the client gave the endpoint another address meanwhile, that one still gets the event.
    if (wait === null) return null;
    this.waitMs = Math.max(this.waitMs ?? 0, wait, pauseMs);
    return this.waitMs;
  }
}

/**
 * Gathers results, and writes them together. A process that dies before sends those events again, under the same ids, as it
 * does with those whose answer it did not get to see.
 */
class Results {
  private waiting: Settled[] = [];
  private gathering: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly settle: (results: readonly Settled[]) => Promise<void>) {}

  add(result: Settled): void {
    this.waiting.push(result);
    if (this.waiting.length >= MOST_GATHERED) this.write();
    else
      this.gathering ??= setTimeout(() => {
        this.write();
      }, GATHER_MS);
  }

  /** Resolves when everything is written. Rejects if something could not be: then it is sent again. */
  async written(): Promise<void> {
    this.write();
    await this.writing;
  }

  private write(): void {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    const results = this.waiting.splice(0);
    if (results.length === 0) return;
    this.writing = Promise.all([this.writing, this.settle(results)]).then(() => undefined);
    // It is awaited by `written`; a failure before must not be without a listener.
    this.writing.catch(() => undefined);
  }
}
