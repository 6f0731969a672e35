import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Database } from '../database/database.ts';
import type { TextState } from '../domain/text-message.ts';
import type { SmsGateway } from '../gateways/sms/sms.ts';
import type { Journal } from '../journal/journal.ts';

/** The service's Prometheus metrics. No label contains personal data. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  private readonly requests = new Histogram({
    name: 'pushguard_http_request_seconds',
    help: 'Response time by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
    registers: [this.registry],
  });

  private readonly handovers = new Histogram({
    name: 'pushguard_handover_seconds',
    help: 'Time until a platform answered a push or a text message, by outcome',
    labelNames: ['kind', 'platform', 'outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4],
    registers: [this.registry],
  });

  private readonly refusals = new Counter({
    name: 'pushguard_refusals_total',
    help: 'Requests that the service refused by choice because of load or a limit, by route and problem code',
    labelNames: ['route', 'code'],
    registers: [this.registry],
  });

  private readonly smsReceipts = new Counter({
    name: 'pushguard_sms_receipts_total',
    help: 'Text messages by the state that a delivery receipt gave them; and receipts that were unmatched, unreadable or dropped',
    labelNames: ['state'],
    registers: [this.registry],
  });

  private readonly webhooks = new Histogram({
    name: 'pushguard_webhook_seconds',
    help: 'Time until an endpoint of a relying party answered a webhook, by outcome',
    labelNames: ['outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Shows how many statements share a commit: the mean is their number by that of the groups. */
  showShared(database: Pick<Database, 'shared'>): void {
    this.gauge('pushguard_shared_commits', 'Groups of statements that shared a commit', () => database.shared.groups);
    this.gauge('pushguard_shared_statements', 'Statements in those groups', () => database.shared.statements);
  }

  /** Shows how the journal stands. Without one there is nothing to see. */
  show(journal: Pick<Journal, 'isKept' | 'isFailing' | 'left' | 'written'>): void {
    if (!journal.isKept) return;
    this.gauge('pushguard_journal_failing', '1 while the journal cannot be written', () => Number(journal.isFailing));
    this.gauge('pushguard_journal_waiting', 'Closed doors that are not in the journal yet', () => journal.left);
    this.gauge('pushguard_journal_lines', 'Lines that this process wrote', () => journal.written);
  }

  /** Shows which SMS gateways are out. One that the adopter brings may have nothing to say. */
  showSms(sms: Pick<SmsGateway, 'standing'>): void {
    if (!sms.standing) return;
    new Gauge({
      name: 'pushguard_sms_gateway_out',
      help: '1 while the breaker of an SMS gateway is open in this process, so that the next gateway takes over',
      labelNames: ['gateway'],
      registers: [this.registry],
      collect() {
        for (const { gateway, isOut } of sms.standing?.() ?? []) this.set({ gateway }, Number(isOut));
      },
    });
  }

  private gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  /** Records the duration of one answer. */
  answered(method: string, route: string, status: number, milliseconds: number): void {
    this.requests.observe({ method, route, status: String(status) }, milliseconds / 1000);
  }

  /** Counts a request that was refused by choice. */
  refused(route: string, code: string): void {
    this.refusals.inc({ route, code });
  }

  /** Counts delivery receipts: by the state that they gave a message, or by the reason why they gave none. */
  receipts(state: TextState | 'unmatched' | 'unreadable' | 'dropped', count = 1): void {
    this.smsReceipts.inc({ state }, count);
  }

  /** Records the duration of one attempt to send a webhook. */
  webhook(outcome: 'accepted' | 'failed', milliseconds: number): void {
    this.webhooks.observe({ outcome }, milliseconds / 1000);
  }

  /** Records the duration of one attempt to send a push or a text message. */
  handedOver(kind: string, platform: string, outcome: string, milliseconds: number): void {
    this.handovers.observe({ kind, platform, outcome }, milliseconds / 1000);
  }
}
