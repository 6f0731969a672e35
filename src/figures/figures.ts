import { Injectable } from '@nestjs/common';
import { CHANNELS, type Channel } from '../domain/authentication.ts';
import { ENDS, HOUR_MS, hourOf, pointsOf, quantile, type End, type Span } from '../domain/figures.ts';
import { FigureStore, type HourFigure } from './figure.store.ts';

/** The authentications that were started in some time, in numbers. Test mode is left out. */
export interface Totals {
  starts: number;
  verified: number;
  /** The verified ones of those that ended, 0 to 1; null where none ended. */
  share: number | null;
  /** Seconds from start to verification, within 5 per cent: of half of the verified ones at most, and of 95 per cent. */
  p50Seconds: number | null;
  p95Seconds: number | null;
  ends: Record<End, number>;
  channels: Record<Channel, number>;
  /** Those by text message of all starts, 0 to 1; null without a start. */
  smsShare: number | null;
  /**
   * Answers of people in this time that a request was not theirs: when they declined it, or later, in the history. The
   * request may be older.
   */
  notMe: number;
}

/** The totals of an hour or of a Seoul day. */
export interface Point extends Totals {
  from: Date;
}

export interface FiguresOfSpan {
  /** Midnight in Seoul. */
  from: Date;
  /** What was started later is not counted yet: the present hour of very many starts is counted when it has ended. */
  countedUntil: Date;
  totals: Totals;
  /** Hours for `today`, Seoul days otherwise, up to the present one. */
  series: Point[];
}

/** Figures of the authentications of one relying party, or of all of them. */
@Injectable()
export class Figures {
  constructor(private readonly store: FigureStore) {}

  /** Returns the figures of a client, or, with null, of all: of the present Seoul day, or of the last 7 or 30 with it. */
  async of(clientId: string | null, span: Span): Promise<FiguresOfSpan> {
    const { now, lastCounted } = await this.store.standing();
    const points = pointsOf(span, now);
    const [from = now] = points;
    const uncounted = lastCounted ? new Date(lastCounted.getTime() + HOUR_MS) : from;
    const liveFrom = uncounted > from ? uncounted : from;
    const [counted, live] = await Promise.all([
      lastCounted ? this.store.of(clientId, from, lastCounted) : [],
      this.store.live(clientId, liveFrom),
    ]);
    const hours = [...counted, ...(live ?? [])].filter(({ hour }) => hour <= hourOf(now));
    return {
      from,
      countedUntil: live ? now : liveFrom,
      totals: totalsOf(hours),
      series: points.map((start, at) => {
        const end = points[at + 1];
        return { from: start, ...totalsOf(hours.filter(({ hour }) => hour >= start && (!end || hour < end))) };
      }),
    };
  }

  /** Counts a batch of hours that are to be counted. Returns true if there were some, so that there may be more. */
  async countNext(signal?: AbortSignal): Promise<boolean> {
    const hours = await this.store.dueHours();
    if (hours.length > 0) await this.store.count(hours, signal);
    return hours.length > 0;
  }

  /** Deletes a batch of figures that are 400 days old. Returns true if more may remain. */
  purge(): Promise<boolean> {
    return this.store.purge();
  }
}

function totalsOf(hours: readonly HourFigure[]): Totals {
  const sum = (of: (hour: HourFigure) => number | undefined) =>
    hours.reduce((total, hour) => total + (of(hour) ?? 0), 0);
  const starts = sum((hour) => hour.starts);
  const ends = Object.fromEntries(ENDS.map((end) => [end, sum((hour) => hour.ends[end])])) as Totals['ends'];
  const ended = ENDS.reduce((total, end) => total + ends[end], 0);
  const channels = Object.fromEntries(
    CHANNELS.map((channel) => [channel, sum((hour) => hour.channels[channel])]),
  ) as Totals['channels'];
  const times = timesOf(hours);
  return {
    starts,
    verified: ends.verified,
    share: ended === 0 ? null : ends.verified / ended,
    p50Seconds: seconds(quantile(times, 0.5)),
    p95Seconds: seconds(quantile(times, 0.95)),
    ends,
    channels,
    smsShare: starts === 0 ? null : channels.sms / starts,
    notMe: sum((hour) => hour.notMe),
  };
}

function timesOf(hours: readonly HourFigure[]): Map<number, number> {
  const times = new Map<number, number>();
  for (const hour of hours) {
    for (const [bucket, number = 0] of Object.entries(hour.times)) {
      times.set(Number(bucket), (times.get(Number(bucket)) ?? 0) + number);
    }
  }
  return times;
}

function seconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / 1_000;
}
