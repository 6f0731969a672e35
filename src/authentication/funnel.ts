import { Injectable } from '@nestjs/common';
import {
  AUTHENTICATION_STATES,
  CHANNELS,
  LIFETIME_SECONDS,
  type AuthenticationState,
  type Channel,
} from '../domain/authentication.ts';
import { Metrics } from '../http/metrics.ts';

/** Steps of an authentication that are counted, in the order of the funnel. */
const OUTCOMES = ['started', ...AUTHENTICATION_STATES.filter((state) => state !== 'pending')] as const;
type Outcome = (typeof OUTCOMES)[number];

/** Seconds in which people open the app or finish; the last bucket is the life of an authentication. */
const SECONDS = [2, 5, 10, 15, 20, 30, 45, 60, 90, 120, LIFETIME_SECONDS];

/**
 * Counts what becomes of authentications. Each step is counted once, by the process that made it, after its commit. Test mode
 * is left out. A decoy counts as one by SMS, as its relying party sees it.
 */
@Injectable()
export class Funnel {
  private readonly authentications;
  private readonly durations;
  private readonly opening;
  private readonly rejected;
  private readonly wrongMatches;
  private readonly refusals;

  constructor(metrics: Metrics) {
    this.authentications = metrics.counter(
      'pushguard_authentications_total',
      'Authentications by what became of them; each one is started once, may be opened, and ends once',
      ['method', 'channel', 'outcome'],
    );
    // Without a sample before the first event, an alert on a step that never happens would have nothing to compare.
    for (const channel of CHANNELS) for (const outcome of OUTCOMES) this.count(outcome, channel, 0);
    this.durations = metrics.histogram(
      'pushguard_authentication_duration_seconds',
      'Time from the start of an authentication to its verification',
      ['channel'],
      SECONDS,
    );
    this.opening = metrics.histogram(
      'pushguard_time_to_open_seconds',
      'Time from the start of an authentication until its person opened it with the PIN',
      ['channel'],
      SECONDS,
    );
    this.rejected = metrics.counter('pushguard_codes_rejected_total', 'Wrong codes that counted as an attempt', [
      'channel',
    ]);
    this.wrongMatches = metrics.counter(
      'pushguard_matches_rejected_total',
      'Wrong digits that counted as an attempt, typed into the app for the page of a relying party',
      ['channel'],
    );
    this.refusals = metrics.counter(
      'pushguard_starts_refused_total',
      'Starts that a limit refused: the quota of a relying party, or the budget of a person',
      ['reason'],
    );
  }

  /** Counts one step of `count` authentications. */
  count(outcome: Outcome, channel: Channel, count = 1): void {
    const method = channel === 'sms' ? 'push' : channel;
    this.authentications.inc({ method, channel, outcome }, count);
  }

  /** Counts an opening. `expiresAt` is the end of the authentication's life. */
  opened(channel: Channel, expiresAt: Date): void {
    this.count('opened', channel);
    this.opening.observe({ channel }, secondsSinceStart(expiresAt, Date.now()));
  }

  /** Counts an attempt at a code that counted: it verified, failed for good, or was only wrong. */
  attempted(tried: { channel: Channel; state: AuthenticationState; expiresAt: Date; closedAt: Date | null }): void {
    const { channel, state, expiresAt, closedAt } = tried;
    if (state === 'verified') {
      this.count('verified', channel);
      this.durations.observe({ channel }, secondsSinceStart(expiresAt, closedAt?.getTime() ?? Date.now()));
      return;
    }
    this.rejected.inc({ channel });
    if (state === 'failed') this.count('failed', channel);
  }

  /** Counts wrong digits after a right PIN; the third ended the authentication. */
  wrongMatch({ channel, state }: { channel: Channel; state: AuthenticationState }): void {
    this.wrongMatches.inc({ channel });
    if (state === 'failed') this.count('failed', channel);
  }

  /** Counts a start that was refused by a limit. */
  refused(reason: 'quota' | 'budget'): void {
    this.refusals.inc({ reason });
  }
}

/** At least 0, because the clock of this process may be behind the database's. */
function secondsSinceStart(expiresAt: Date, now: number): number {
  return Math.max(0, (now - expiresAt.getTime()) / 1000 + LIFETIME_SECONDS);
}
