import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Environment } from '../../config/environment.ts';
import type { Database } from '../database/database.ts';
import type { TextState } from '../domain/text-message.ts';
import type { SmsGateway } from '../gateways/sms/sms.ts';
import type { Journal } from '../journal/journal.ts';
import type { Loops } from '../process/loops.ts';
import type { RecurringTasks } from '../queue/recurring-tasks.ts';

/**
 * Default metrics of Node whose names end like a counter's although they are gauges, which Prometheus' own check
 * (`promtool check metrics`) refuses. The same numbers by kind stay.
 */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Seconds in which most answers come, and those in which callers give up. */
const ANSWERS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30];
/** Few, because there is a series for each statement. */
const STATEMENTS = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5];

/** The version in package.json. It lies two folders above this file, and one more above the built one. */
export function packageVersion(): string {
  for (const above of ['../../package.json', '../../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(above, import.meta.url), 'utf8')) as { version: string }).version;
    } catch {
      // The other one has it.
    }
  }
  return 'unknown';
}

/**
 * The service's Prometheus metrics. Rooms declare their own by `counter`, `histogram` and `gauge`. No label holds an id or
 * anything of a person, and each label has a closed list of values.
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  private readonly requests = this.histogram(
    'pushguard_http_request_duration_seconds',
    'Response time by route and status, without the requests that a caller asked to hold',
    ['method', 'route', 'status'],
    ANSWERS,
  );

  private readonly held = this.histogram(
    'pushguard_http_held_request_duration_seconds',
    'Response time of requests that a caller asked to hold until a state changes',
    ['method', 'route', 'status'],
    [0.05, 0.5, 1, 5, 10, 20, 30],
  );

  private readonly handovers = this.histogram(
    'pushguard_handover_duration_seconds',
    'Time until a platform answered a push or a text message, by outcome',
    ['kind', 'platform', 'outcome'],
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4],
  );

  private readonly refusals = this.counter(
    'pushguard_refusals_total',
    'Requests that the service refused by choice because of load or a limit, by route and problem code',
    ['route', 'code'],
  );

  private readonly failures = this.counter(
    'pushguard_http_failures_total',
    'Requests that an outage or a fault of the service failed, by route and problem code',
    ['route', 'code'],
  );

  private readonly smsReceipts = this.counter(
    'pushguard_sms_receipts_total',
    'Text messages by the state that a delivery receipt gave them; and receipts that were unmatched, unreadable or dropped',
    ['state'],
  );

  private readonly cibaPings = this.counter('pushguard_ciba_pings_total', 'Pings of CIBA, by outcome', ['outcome']);
  private readonly camaraNotifications = this.counter(
    'pushguard_camara_notifications_total',
    'Notifications of CAMARA, by outcome',
    ['outcome'],
  );

  private readonly webhooks = this.histogram(
    'pushguard_webhook_duration_seconds',
    'Time until an endpoint of a relying party answered a webhook, by outcome',
    ['outcome'],
    [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 15],
  );

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const name of MISNAMED) this.registry.removeSingleMetric(name);
  }

  /** Declares a counter. Its name ends in `_total`. */
  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  /** Declares a histogram. Its name ends in the unit, seconds. */
  histogram<Label extends string>(
    name: string,
    help: string,
    labelNames: readonly Label[],
    buckets: number[],
  ): Histogram<Label> {
    return new Histogram({ name, help, labelNames, buckets, registers: [this.registry] });
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

  /** Declares a gauge that is read when Prometheus asks. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  /** Declares a gauge with one label whose values are read when Prometheus asks. A value that is gone has no sample. */
  gauges(name: string, help: string, label: string, read: () => Iterable<readonly [string, number]>): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [value, number] of read()) this.set({ [label]: value }, number);
      },
    });
  }

  /** Declares a counter that another object counts. */
  private counted(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  /** Shows which build runs. */
  showBuild({ BUILD_COMMIT = 'unknown' }: Pick<Environment, 'BUILD_COMMIT'>, migration: number): void {
    const build = new Gauge({
      name: 'pushguard_build_info',
      help: 'The build of this process; always 1',
      labelNames: ['version', 'commit', 'node'],
      registers: [this.registry],
    });
    build.set({ version: packageVersion(), commit: BUILD_COMMIT, node: process.versions.node }, 1);
    this.gauge(
      'pushguard_migration_version',
      'The newest migration that this build knows, by its number',
      () => migration,
    );
  }

  /**
   * Shows the connections of the pool, how long statements take, and how many share a commit: the mean is the number of the
   * statements by that of the groups.
   */
  showDatabase(database: Pick<Database, 'shared' | 'connections' | 'olderReads' | 'observe'>): void {
    this.counted('pushguard_shared_commits_total', 'Groups of statements that shared a commit', () => {
      return database.shared.groups;
    });
    this.counted('pushguard_shared_statements_total', 'Statements in those groups', () => database.shared.statements);
    this.gauges(
      'pushguard_db_pool_connections',
      'Connections of the pool, and callers that wait for one',
      'state',
      () => Object.entries(database.connections),
    );
    this.gauges(
      'pushguard_db_older_reads',
      'Reads that may be two seconds old since the start, by the server that answered',
      'server',
      () => Object.entries(database.olderReads),
    );
    const durations = this.histogram(
      'pushguard_db_statement_duration_seconds',
      'Time from asking for a statement to its answer, with the wait for a connection or a shared commit',
      ['statement'],
      STATEMENTS,
    );
    // To find the series of a label costs more than to observe a value.
    const series = new Map<string, { observe(seconds: number): void }>();
    database.observe((name, milliseconds) => {
      let one = series.get(name);
      if (!one) series.set(name, (one = durations.labels(name)));
      one.observe(milliseconds / 1000);
    });
  }

  /** Shows how long ago each loop turned and each recurring task ended well, and how often tasks failed. */
  showLoops(loops: Pick<Loops, 'ages'>, tasks: Pick<RecurringTasks, 'ages' | 'periods' | 'failures'>): void {
    this.gauges('pushguard_loop_age_seconds', 'Time since a loop with work to do last turned', 'loop', () =>
      loops.ages(),
    );
    this.gauges(
      'pushguard_recurring_task_age_seconds',
      'Time since this worker last ended a run of a recurring task without a failure, or began to work',
      'task',
      () => tasks.ages(),
    );
    this.gauges('pushguard_recurring_task_period_seconds', 'Time between two runs of a recurring task', 'task', () =>
      tasks.periods(),
    );
    const failures = this.counter('pushguard_recurring_task_failures_total', 'Runs of recurring tasks that failed', [
      'task',
    ]);
    tasks.failures((task) => {
      failures.inc({ task });
    });
  }

  /** Shows how the journal stands. Without one there is nothing to see. */
  show(journal: Pick<Journal, 'isKept' | 'isFailing' | 'left' | 'written'>): void {
    if (!journal.isKept) return;
    this.gauge('pushguard_journal_failing', '1 while the journal cannot be written', () => Number(journal.isFailing));
    this.gauge('pushguard_journal_waiting', 'Closed doors that are not in the journal yet', () => journal.left);
    this.counted('pushguard_journal_lines_total', 'Lines that this process wrote', () => journal.written);
  }

  /** Records the duration of one answer; `isHeld` if the caller asked to hold it until something changes. */
  answered(method: string, route: string, status: number, milliseconds: number, isHeld = false): void {
    (isHeld ? this.held : this.requests).observe({ method, route, status: String(status) }, milliseconds / 1000);
  }

  /** Counts a request that was refused by choice. */
  refused(route: string, code: string): void {
    this.refusals.inc({ route, code });
  }

  /** Counts a request that failed because of an outage or a fault. */
  failed(route: string, code: string): void {
    this.failures.inc({ route, code });
  }

  /** Counts delivery receipts: by the state that they gave a message, or by the reason why they gave none. */
  receipts(state: TextState | 'unmatched' | 'unreadable' | 'dropped', count = 1): void {
    this.smsReceipts.inc({ state }, count);
  }

  /** Records the duration of one attempt to send a webhook. */
  webhook(outcome: 'accepted' | 'failed', milliseconds: number): void {
    this.webhooks.observe({ outcome }, milliseconds / 1000);
  }

  /** Counts an attempt to ping a CIBA client. */
  cibaPing(outcome: 'accepted' | 'refused' | 'failed'): void {
    this.cibaPings.inc({ outcome });
  }

  /** Counts an attempt to notify a subscription of CAMARA. */
  camaraNotification(outcome: 'accepted' | 'gone' | 'failed'): void {
    this.camaraNotifications.inc({ outcome });
  }

  /** Records the duration of one attempt to send a push or a text message. */
  handedOver(kind: string, platform: string, outcome: string, milliseconds: number): void {
    this.handovers.observe({ kind, platform, outcome }, milliseconds / 1000);
  }
}
