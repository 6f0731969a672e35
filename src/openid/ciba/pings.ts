import { Injectable, Logger } from '@nestjs/common';
import { ServiceKeys } from '../../crypto/service-keys.ts';
import { Outbound, type OutboundAnswer } from '../../gateways/outbound/outbound.ts';
import { Metrics } from '../../http/metrics.ts';
import { FairSending } from '../../process/fair-sending.ts';
import { RareWarnings } from '../../process/rare-warnings.ts';
import {
  CibaRequestStore,
  MOST_PINGS,
  PINGS_KEPT_FREE,
  PINGS_OF_A_CLIENT,
  type DuePing,
} from './ciba-request.store.ts';

/** Milliseconds for one ping, from the resolution of the name to the end of the answer. */
const DEADLINE_MS = 5_000;
/** Seconds between a failed ping and the next one; after the last of them, no further one is sent. */
const WAITS_SECONDS = [1, 5] as const;

type PingOutcome = Parameters<Metrics['cibaPing']>[0];

/** What a ping says (CIBA Core 1.0, 10.2). */
interface PingContent {
  authReqId: string;
  token: string;
}

/**
 * Tells clients in ping mode that a request has ended, expired ones too. The request's own row is the outbox: a ping is due
 * as soon as the end of the authentication is committed, and is owed until it was answered or given up, whichever process
 * dies. The outbox of the webhooks does not fit: it sends what a client subscribed to, signs it, and keeps it for 30 days,
 * while a ping has a bearer token and an address of its own and is worthless after minutes.
 */
@Injectable()
export class Pings {
  private readonly warnings = new RareWarnings(new Logger(Pings.name));
  private readonly sending: FairSending<DuePing>;

  constructor(
    private readonly store: CibaRequestStore,
    private readonly outbound: Outbound,
    private readonly keys: ServiceKeys,
    private readonly metrics: Metrics,
  ) {
    const limits = { most: MOST_PINGS, mostOfOne: PINGS_OF_A_CLIENT, keptFree: PINGS_KEPT_FREE };
    this.sending = new FairSending(limits, {
      take: (room, underWay) => store.takePings(room, underWay),
      clientOf: ({ client }) => client,
      send: (ping) => this.send(ping),
      failed: ({ message }) => this.warnings.warn('ping', message),
    });
  }

  /** Encrypts what the ping of a request will say. */
  seal(id: string, content: PingContent): Buffer {
    return this.keys.fields.encrypt(JSON.stringify(content), placeOf(id));
  }

  /** Undefined when the key is lost, or the row is not the one that it was sealed for: no other process can read it. */
  private unseal(id: string, ping: Buffer): PingContent | undefined {
    try {
      return JSON.parse(this.keys.fields.decrypt(ping, placeOf(id)).toString('utf8')) as PingContent;
    } catch {
      return undefined;
    }
  }

  /** Sends what is due, without waiting for the answers. */
  run(): Promise<void> {
    return this.sending.run();
  }

  async drain(): Promise<void> {
    await this.sending.stop();
    await this.sending.ended();
    this.outbound.close();
  }

  /**
   * A status of 5xx and no answer are tried again while the client may still poll; everything else ends it: no redirect is
   * followed, and a receiver that refuses is not asked again. A failure here leaves the row to the next process.
   */
  private async send({ id, ping, pings, url, clientId, isLate }: DuePing): Promise<void> {
    const wait = WAITS_SECONDS[pings - 1];
    const content = url === null ? undefined : this.unseal(id, ping);
    if (url !== null && !content) this.warnings.warn(clientId, `a ping of ${clientId} cannot be read`);
    const outcome = url !== null && content ? await this.deliver(content, url) : undefined;
    if (outcome === 'failed' && wait !== undefined && !(isLate && pings > 1)) {
      await this.store.pingAgain(id, wait);
      return;
    }
    if (outcome === 'failed' || outcome === 'refused')
      this.warnings.warn(clientId, `the notification endpoint of ${clientId} did not take a ping`);
    await this.store.pinged(id);
  }

  private async deliver({ authReqId, token }: PingContent, url: string): Promise<PingOutcome> {
    const answer = await this.outbound.send({
      url,
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'user-agent': 'Pushguard-CIBA/1',
      },
      body: JSON.stringify({ auth_req_id: authReqId }),
      deadlineMs: DEADLINE_MS,
    });
    const outcome = outcomeOf(answer);
    this.metrics.cibaPing(outcome);
    return outcome;
  }
}

/** An answer below 500 ends it, whatever it says; so does an address to which nothing is sent. */
function outcomeOf(answer: OutboundAnswer): PingOutcome {
  if (answer.kind === 'failed')
    return answer.fault === 'url_refused' || answer.fault === 'address_refused' ? 'refused' : 'failed';
  if (answer.status >= 500) return 'failed';
  return answer.status >= 200 && answer.status < 300 ? 'accepted' : 'refused';
}

/** The place to which the ciphertext is bound. */
function placeOf(id: string): string {
  return `ciba_requests:ping:${id}`;
}
