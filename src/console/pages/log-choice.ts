import {
  AUTHENTICATION_STATES,
  CHANNELS,
  type AuthenticationState,
  type Channel,
} from '../../domain/authentication.ts';
import { LOG_PAGE, type LogQuery } from '../../domain/logged-authentication.ts';
import { SEOUL_OFFSET_MS } from '../../domain/person.ts';
import { isUuid } from '../../domain/uuid.ts';
import { dayIn } from '../../pages/list-filter.ts';

/** What a page of the log shows, as its address says it. */
export interface LogChoice {
  mode: 'live' | 'test';
  /** The id that was searched for, if it was found nowhere. */
  id?: string;
  state?: AuthenticationState;
  channel?: Channel;
  /** Seoul days, such as `2026-11-28`: the first and the last. */
  from?: string;
  until?: string;
  /** The cursor of the page before. */
  after?: string;
}

const DAY_MS = 86_400_000;

/** Reads the query of an address. What it does not know it leaves out, as a filter that was not set. */
export function readLogChoice(query: Readonly<Record<string, unknown>>): LogChoice {
  const { mode, id, after } = query;
  const state = AUTHENTICATION_STATES.find((one) => one === query['state']);
  const channel = CHANNELS.find((one) => one === query['channel']);
  const [from, until] = [dayIn(query['from']), dayIn(query['until'])];
  return {
    mode: mode === 'test' ? 'test' : 'live',
    ...(typeof id === 'string' && id.trim() !== '' && { id: id.trim() }),
    ...(state && { state }),
    ...(channel && { channel }),
    ...(from && { from }),
    ...(until && { until }),
    ...(typeof after === 'string' && isUuid(after) && { after }),
  };
}

/** What the log is asked for. */
export function logQueryOf({ state, channel, from, until, after }: LogChoice): LogQuery {
  return {
    ...(state && { states: [state] }),
    ...(channel && { channels: [channel] }),
    ...(from && { from: startOf(from) }),
    ...(until && { to: new Date(startOf(until).getTime() + DAY_MS) }),
    ...(after && { after }),
    limit: LOG_PAGE / 2,
  };
}

/** Midnight in Seoul. */
function startOf(day: string): Date {
  return new Date(Date.parse(`${day}T00:00:00Z`) - SEOUL_OFFSET_MS);
}
