import { Injectable, Logger } from '@nestjs/common';
import { Environment } from '../../../config/environment.ts';
import { randomFraction } from '../../crypto/random.ts';
import { pauseAskedFor, waitAfterAttempt, WEBHOOK_DEADLINE_MS } from '../../domain/webhook.ts';
import { withinDeadline } from '../../gateways/deadline.ts';
import { Outbound, type OutboundAnswer } from '../../gateways/outbound/outbound.ts';
import { Metrics } from '../../http/metrics.ts';
import { FairSending } from '../../process/fair-sending.ts';
import { RareWarnings } from '../../process/rare-warnings.ts';
import { SealedSinks, type SinkSecrets } from './sealed-sink.ts';
import type { NotificationKind, TerminationReason } from './swap-notification.entity.ts';
import {
  KEPT_FREE,
  MOST_OF_A_CLIENT,
  MOST_UNDER_WAY,
  SwapNotificationStore,
  type DueNotification,
} from './swap-notification.store.ts';

/** Milliseconds for which a process that stops waits for answers: its other tasks wait for this one. */
const DRAIN_MS = 3_000;

type Outcome = Parameters<Metrics['camaraNotification']>[0];

/** The types of the events (CAMARA Sim Swap Subscriptions 0.3.0). */
const TYPES: Record<NotificationKind, string> = {
  started: 'org.camaraproject.sim-swap-subscriptions.v0.subscription-started',
  swapped: 'org.camaraproject.sim-swap-subscriptions.v0.swapped',
  ended: 'org.camaraproject.sim-swap-subscriptions.v0.subscription-ended',
};

/** `terminationDescription` of each reason. That of the network does not tell what became of the line. */
const TERMINATION_DESCRIPTIONS: Record<TerminationReason, string> = {
  MAX_EVENTS_REACHED: 'The subscription has had as many events as were asked for.',
  NETWORK_TERMINATED: 'The service sends no further events of this subscription.',
  SUBSCRIPTION_EXPIRED: 'The time of the subscription is over.',
  ACCESS_TOKEN_EXPIRED: 'The access token of the sink expires within a minute.',
  SUBSCRIPTION_DELETED: 'The client deleted the subscription.',
};

/**
 * Sends notifications as CloudEvents to the sinks of subscriptions. Each was recorded in the transaction that decided on it,
 * and is owed until its receiver took it or its attempts are used up, whichever process dies. The outbox of the webhooks
 * does not fit: it sends what an endpoint of the client chose, and signs it, while each subscription has an address and a
 * bearer token of its own. Attempts, deadline and the guard of addresses are those of webhooks.
 */
@Injectable()
export class Notify {
  private readonly warnings = new RareWarnings(new Logger(Notify.name));
  private readonly sending: FairSending<DueNotification>;

  constructor(
    private readonly store: SwapNotificationStore,
    private readonly sinks: SealedSinks,
    private readonly outbound: Outbound,
    private readonly metrics: Metrics,
    private readonly environment: Environment,
  ) {
    const limits = { most: MOST_UNDER_WAY, mostOfOne: MOST_OF_A_CLIENT, keptFree: KEPT_FREE };
    this.sending = new FairSending(limits, {
      take: (room, underWay) => store.take(room, underWay),
      clientOf: ({ clientId }) => clientId,
      send: (due) => this.send(due),
      failed: ({ message }) => this.warnings.warn('notification', message),
    });
  }

  /** Sends what is due, without waiting for the answers. */
  run(): Promise<void> {
    return this.sending.run();
  }

  /** Waits a moment for the answers that are still to come. What has none by then is due again at once, for another process. */
  async drain(): Promise<void> {
    await this.sending.stop();
    const ended = this.sending.ended();
    await withinDeadline<unknown>(ended, DRAIN_MS, null);
    this.outbound.close();
    await ended;
  }

  /** A failure here leaves the row to the next process. */
  private async send(due: DueNotification): Promise<void> {
    if (!due.isServed) {
      await this.store.done(due.id);
      return;
    }
    const secrets = this.open(due);
    if (!secrets) {
      // Another process may have the key, or this one once it is started again.
      await this.sendAgain(due);
      return;
    }
    const answer = await this.outbound.send(this.requestOf(due, secrets));
    if (answer.kind === 'failed' && answer.fault === 'stopped') {
      await this.store.again(due.id, 0);
      return;
    }
    const outcome = outcomeOf(answer);
    this.metrics.camaraNotification(outcome);
    if (outcome === 'accepted') await this.store.done(due.id);
    // One who hears of the end may take the address away, although an event from before it is still to be sent again.
    else if (outcome === 'gone' && due.kind === 'ended') await this.store.done(due.id);
    else if (outcome === 'gone') await this.store.gone(due.subscriptionId);
    else await this.sendAgain(due, answer);
  }

  private async sendAgain({ id, attempts, clientId }: DueNotification, answer?: OutboundAnswer): Promise<void> {
    const wait = waitAfterAttempt(attempts, randomFraction());
    if (wait === null) {
      this.warnings.warn(
        clientId,
        'a notification of a SIM change was not taken for three days: the subscription ends',
      );
      await this.store.giveUp(id);
      return;
    }
    const pause = answer?.kind === 'answered' ? pauseAskedFor(answer.status, answer.retryAfter, new Date()) : 0;
    await this.store.again(id, Math.max(wait, pause));
  }

  private open({ subscriptionId, sealed, clientId }: DueNotification): SinkSecrets | undefined {
    try {
      return this.sinks.open(subscriptionId, sealed);
    } catch {
      this.warnings.warn(clientId, 'a subscription to SIM changes cannot be read: this process has not its key');
      return undefined;
    }
  }

  private requestOf(due: DueNotification, { phoneNumber, token }: SinkSecrets): Parameters<Outbound['send']>[0] {
    const { id, subscriptionId, kind, at, reason } = due;
    const event = {
      id,
      source: `${this.environment.ISSUER}/sim-swap-subscriptions/v0.3`,
      type: TYPES[kind],
      specversion: '1.0',
      datacontenttype: 'application/json',
      time: at.toISOString(),
      data: {
        ...(phoneNumber !== undefined && { phoneNumber }),
        subscriptionId,
        ...(kind === 'started' && { initiationReason: 'SUBSCRIPTION_CREATED' }),
        ...(reason && { terminationReason: reason, terminationDescription: TERMINATION_DESCRIPTIONS[reason] }),
      },
    };
    return {
      url: due.sink,
      method: 'POST',
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        'content-type': 'application/cloudevents+json',
        'user-agent': 'Pushguard-CAMARA/1',
        'x-correlator': id,
      },
      body: JSON.stringify(event),
      deadlineMs: WEBHOOK_DEADLINE_MS,
    };
  }
}

/** 410 says that the sink is no longer there (CAMARA Commonalities, event guide). */
function outcomeOf(answer: OutboundAnswer): Outcome {
  if (answer.kind === 'failed') return 'failed';
  if (answer.status === 410) return 'gone';
  return answer.status >= 200 && answer.status < 300 ? 'accepted' : 'failed';
}
