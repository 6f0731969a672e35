import { Injectable } from '@nestjs/common';
import type { LineEvent } from '../../domain/line-event.ts';
import { Metrics } from '../../http/metrics.ts';
import type { Outcome } from './carrier-event.store.ts';

/** The types of events that have a label of their own; a carrier may send any other text. */
const KINDS: Readonly<Record<LineEvent['kind'], true>> = {
  'ported-out': true,
  'owner-changed': true,
  terminated: true,
  'device-changed': true,
  'plan-changed': true,
  'number-changed': true,
  suspended: true,
  resumed: true,
  'sim-swapped': true,
};

/** Counts the events of carriers, and how old they are when they are applied. */
@Injectable()
export class FeedMetrics {
  private readonly events;
  private readonly lag;

  constructor(metrics: Metrics) {
    this.events = metrics.counter('pushguard_carrier_events_total', 'Events of carriers by type and outcome', [
      'type',
      'outcome',
    ]);
    this.lag = metrics.histogram(
      'pushguard_carrier_feed_lag_seconds',
      'Time from the moment that an event says until it was applied',
      [],
      [1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400],
    );
  }

  /** Counts an event as it was received, after its commit. */
  ingested(document: unknown, outcome: Outcome): void {
    const { type, time } = (document ?? {}) as { type?: unknown; time?: unknown };
    const kind =
      typeof type === 'string' ? (/([\w-]+)$/.exec(type.replace(/\.swapped$/, '.sim-swapped'))?.[1] ?? '') : '';
    this.events.inc({ type: Object.hasOwn(KINDS, kind) ? kind : 'other', outcome });
    const at = outcome === 'applied' && typeof time === 'string' ? Date.parse(time) : Number.NaN;
    if (!Number.isNaN(at)) this.lag.observe(Math.max(0, Date.now() - at) / 1000);
  }
}
