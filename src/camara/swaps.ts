import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import type { Caller } from '../crypto/access-token.ts';
import { changedWithin, lastChange, type KnownChange } from '../domain/line-change.ts';
import { CamaraError } from '../http/camara-error.ts';
import { CamaraAnswers } from './camara-answers.ts';
import { Subjects, type Subject } from './subjects.ts';
import type { CheckSwapRequest, CheckSwapResponse, RetrieveDateRequest } from './swap.dto.ts';

/** Hours that a check covers: by default, and at most (SIM Swap 2.1.0 and Device Swap 1.0.0, `maxAge`). */
const [DEFAULT_HOURS, MOST_HOURS] = [240, 2_400];

export type SwapApi = 'sim-swap' | 'device-swap';

/** The last change, or null with the days for which it is certain that there was none. */
export type SwapDate = { at: string } | { at: null; monitoredPeriod: number };

/** Whether and when the SIM or the handset of a line was last changed, as far as the carrier told it. */
@Injectable()
export class Swaps {
  constructor(
    private readonly subjects: Subjects,
    private readonly answers: CamaraAnswers,
    private readonly environment: Environment,
  ) {}

  /** CAMARA: `OUT_OF_RANGE`, also where nothing is certain about the whole time; else as {@link Subjects.of}. */
  async check(
    api: SwapApi,
    { phoneNumber, maxAge = DEFAULT_HOURS }: CheckSwapRequest,
    caller: Caller,
  ): Promise<CheckSwapResponse> {
    if (maxAge < 1 || maxAge > MOST_HOURS)
      throw new CamaraError('OUT_OF_RANGE', `Send maxAge from 1 to ${MOST_HOURS} hours.`);
    const { HISTORY_DAYS } = this.environment;
    if (maxAge > HISTORY_DAYS * 24) throw notMonitored();
    const subject = await this.subjects.of(caller, phoneNumber);
    const swapped = changedWithin(knownChange(api, subject), maxAge, subject.now);
    // What is said of an unknown time is an answer about the person too.
    await this.answers.disclose(`${api}/check`, subject, caller);
    if (swapped === 'unknown') throw notMonitored();
    return { swapped };
  }

  /** CAMARA: as {@link Subjects.of}. */
  async retrieveDate(api: SwapApi, { phoneNumber }: RetrieveDateRequest, caller: Caller): Promise<SwapDate> {
    const subject = await this.subjects.of(caller, phoneNumber);
    const last = lastChange(knownChange(api, subject), this.environment.HISTORY_DAYS, subject.now);
    await this.answers.disclose(`${api}/retrieve-date`, subject, caller);
    return last.at ? { at: last.at.toISOString() } : { at: null, monitoredPeriod: last.certainDays };
  }
}

function notMonitored(): CamaraError {
  return new CamaraError('OUT_OF_RANGE', 'Changes are not monitored for that long. Send a shorter maxAge.');
}

function knownChange(api: SwapApi, { simChangedAt, handsetChangedAt, numberedAt, knownSince }: Subject): KnownChange {
  return { changedAt: api === 'sim-swap' ? simChangedAt : handsetChangedAt, numberedAt, knownSince };
}
