import { Injectable } from '@nestjs/common';
import { CHANNELS, type Channel } from '../domain/authentication.ts';
import {
  DAY_MS,
  ENDS,
  HOUR_MS,
  hourOf,
  pointsOf,
  quantile,
  REQUEST_STEPS,
  type End,
  type RequestStep,
  type Span,
} from '../domain/figures.ts';
import { PUSH_ANSWER_OUTCOMES, type PushAnswerOutcome } from '../domain/push-answer.ts';
import { PUSH_SERVICES, type PushService } from '../domain/push-service.ts';
import { FigureStore, type HourFigure, type ServiceHour } from './figure.store.ts';

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

/** The figures of all relying parties, with those that belong to none. */
export interface ServiceTotals extends Totals {
  /** The authentications by push, by the steps that they took. */
  requests: Record<RequestStep, number>;
  /** What each push service answered, to pushes of every kind. An attempt that is repeated counts again. */
  pushes: Record<PushService, Record<PushAnswerOutcome, number>>;
  /** The pushes that were not accepted, 0 to 1; null without a push. */
  pushFailureShare: number | null;
}

/** The present Seoul day beside the same day a week before. */
export interface ServiceDay {
  /** Midnight in Seoul. */
  from: Date;
  /** As `countedUntil` of a span. */
  countedUntil: Date;
  /** So far. */
  today: ServiceTotals;
  /** The 24 hours of the day; `today` is null for those that are to come, or that are not counted yet. */
  hours: { from: Date; today: Totals | null; lastWeek: Totals }[];
  /** Both days from midnight to the last whole hour that is counted; null before the first one. */
  compared: { until: Date; today: ServiceTotals; lastWeek: ServiceTotals } | null;
}

interface CountedHours {
  figures: HourFigure[];
  ofService: ServiceHour[];
}

const NO_HOURS: CountedHours = { figures: [], ofService: [] };

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

  /** Returns the figures of the service: of the present Seoul day, beside those of the same day a week before. */
  async day(): Promise<ServiceDay> {
    const { now, lastCounted } = await this.store.standing();
    const [from = now] = pointsOf('today', now);
    const weekMs = 7 * DAY_MS;
    const uncounted = lastCounted ? new Date(lastCounted.getTime() + HOUR_MS) : from;
    const liveFrom = uncounted > from ? uncounted : from;
    const [counted, before, liveFigures, liveOfService] = await Promise.all([
      lastCounted ? this.counted(from, lastCounted) : NO_HOURS,
      this.counted(new Date(from.getTime() - weekMs), new Date(from.getTime() - weekMs + DAY_MS - HOUR_MS)),
      this.store.live(null, liveFrom),
      this.store.liveOfService(liveFrom),
    ]);
    const isLive = liveFigures !== null && liveOfService !== null;
    const countedUntil = isLive ? now : liveFrom;
    const present = hourOf(now);
    const today = {
      figures: [...counted.figures, ...(isLive ? liveFigures : [])].filter(({ hour }) => hour <= present),
      ofService: [...counted.ofService, ...(isLive ? liveOfService : [])].filter(({ hour }) => hour <= present),
    };
    const lastWeek = (hour: Date) => new Date(hour.getTime() - weekMs);
    const until = hourOf(countedUntil);
    return {
      from,
      countedUntil,
      today: serviceTotalsOf(today),
      hours: hoursOfDay(from).map((hour) => ({
        from: hour,
        today: hour < countedUntil ? totalsOf(within(today.figures, hour, hourAfter(hour))) : null,
        lastWeek: totalsOf(within(before.figures, lastWeek(hour), hourAfter(lastWeek(hour)))),
      })),
      compared:
        until <= from
          ? null
          : {
              until,
              today: serviceTotalsOf(hoursWithin(today, from, until)),
              lastWeek: serviceTotalsOf(hoursWithin(before, lastWeek(from), lastWeek(until))),
            },
    };
  }

  private async counted(from: Date, to: Date): Promise<CountedHours> {
    const [figures, ofService] = await Promise.all([this.store.of(null, from, to), this.store.ofService(from, to)]);
    return { figures, ofService };
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

function serviceTotalsOf({ figures, ofService }: CountedHours): ServiceTotals {
  const sum = (of: (hour: ServiceHour) => number | undefined) =>
    ofService.reduce((total, hour) => total + (of(hour) ?? 0), 0);
  const pushes = Object.fromEntries(
    PUSH_SERVICES.map((service) => [
      service,
      Object.fromEntries(
        PUSH_ANSWER_OUTCOMES.map((outcome) => [outcome, sum((hour) => hour.pushes[`${service} ${outcome}`])]),
      ),
    ]),
  ) as ServiceTotals['pushes'];
  const accepted = PUSH_SERVICES.reduce((total, service) => total + pushes[service].accepted, 0);
  const answers = PUSH_SERVICES.reduce((total, service) => total + answersOf(pushes[service]), 0);
  return {
    ...totalsOf(figures),
    requests: Object.fromEntries(
      REQUEST_STEPS.map((step) => [step, sum((hour) => hour.requests[step])]),
    ) as ServiceTotals['requests'],
    pushes,
    pushFailureShare: answers === 0 ? null : (answers - accepted) / answers,
  };
}

/** How many answers a push service gave. */
export function answersOf(outcomes: Record<PushAnswerOutcome, number>): number {
  return PUSH_ANSWER_OUTCOMES.reduce((total, outcome) => total + outcomes[outcome], 0);
}

function hoursOfDay(from: Date): Date[] {
  return Array.from({ length: DAY_MS / HOUR_MS }, (_, at) => new Date(from.getTime() + at * HOUR_MS));
}

function hourAfter(hour: Date): Date {
  return new Date(hour.getTime() + HOUR_MS);
}

function hoursWithin({ figures, ofService }: CountedHours, from: Date, to: Date): CountedHours {
  return { figures: within(figures, from, to), ofService: within(ofService, from, to) };
}

function within<Hour extends { hour: Date }>(hours: readonly Hour[], from: Date, to: Date): Hour[] {
  return hours.filter(({ hour }) => hour >= from && hour < to);
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
