import { PEAK } from './needs.ts';
import type { Random } from './random.ts';

/**
 * Relying parties. Under Zipf’s law with exponent 1 the largest of 83 has a fifth of all authentications: one in the sum of
 * 1/1 to 1/83, which is 5.0.
 */
export const CLIENTS = 83;
/** The relying party of the burst: the largest. */
const OF_BURST = 0;
/** Authentications a second outside of the peak, as a share of the mean second. */
const QUIET = 0.5;
const DAY = 86_400;
/** Seconds that give a day with `PEAK` and `QUIET` its mean of one, if the peak has the shape of a bell. */
const WIDTH = ((1 - QUIET) * DAY) / ((PEAK - QUIET) * Math.sqrt(Math.PI));

/** A time in which the largest relying party adds so much that all authentications are `times` those of the peak. */
export interface Burst {
  times: number;
  /** Seconds. */
  from: number;
  until: number;
}

/** Authentications that begin, in the order of time. */
export interface Arrivals {
  /** Seconds. */
  at: Float64Array;
  /** The relying party, from 0: the largest. */
  client: Uint8Array;
}

/** Authentications of the mean second of a day that this second has, `seconds` before or after the middle of the peak. */
export function shapeOfDay(seconds: number): number {
  return QUIET + (PEAK - QUIET) * Math.exp(-((seconds / WIDTH) ** 2));
}

/**
 * Arrivals of a Poisson process in `seconds` around the middle of the peak, `peak` a second there. By thinning: candidates come
 * at the highest rate, and each is kept with the share that its second has of it.
 */
export function arrivalsOf(
  { peak, seconds, burst }: { peak: number; seconds: number; burst: Burst | null },
  random: Random,
): Arrivals {
  const highest = peak * (burst?.times ?? 1);
  const at: number[] = [];
  const clients: number[] = [];
  const shares = sharesOfClients();
  let time = 0;
  for (let place = 0; ; place += 3) {
    time += random.exponentialAt(place) / highest;
    if (time >= seconds) break;
    const usual = (peak * shapeOfDay(time - seconds / 2)) / PEAK;
    const added = burst && time >= burst.from && time < burst.until ? peak * (burst.times - 1) : 0;
    const drawn = random.at(place + 1) * highest;
    if (drawn >= usual + added) continue;
    at.push(time);
    clients.push(drawn < added ? OF_BURST : clientAt(shares, random.at(place + 2)));
  }
  return { at: Float64Array.from(at), client: Uint8Array.from(clients) };
}

/** For each relying party, the share of it and of all that are larger. */
function sharesOfClients(): number[] {
  const sizes = Array.from({ length: CLIENTS }, (_, client) => 1 / (client + 1));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  let reached = 0;
  return sizes.map((size) => (reached += size / all));
}

function clientAt(shares: readonly number[], fraction: number): number {
  const found = shares.findIndex((share) => fraction < share);
  return found < 0 ? CLIENTS - 1 : found;
}
