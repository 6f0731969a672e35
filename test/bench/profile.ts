import { readFileSync } from 'node:fs';
import type { Measured } from './measure.ts';
import { progress, report } from './report.ts';

/** What a `.cpuprofile` of V8 holds; times are in microseconds. */
interface CpuProfile {
  startTime: number;
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  timeDeltas: number[];
}

/** How many places are reported. */
const DEAREST = 10;
/** What V8 calls the time in which nothing ran. */
const IDLE = '(idle)';

/** Reports the functions in which a service spent most time itself while it was measured, in microseconds a flow. */
export function reportProfile({ candidate: { name, served }, spans, flows }: Measured): void {
  if (served.profile === null) return;
  const times = selfTimes(JSON.parse(readFileSync(served.profile, 'utf8')) as CpuProfile, spans);
  const dearest = [...times].sort(([, one], [, other]) => other - one).slice(0, DEAREST);
  const busy = [...times.values()].reduce((sum, time) => sum + time, 0);
  for (const [place, time] of dearest) report(`${name}.profile.${place}`, time / Math.max(1, flows.length), 'µs/flow');
  const share = dearest.reduce((sum, [, time]) => sum + time, 0) / busy;
  progress(`${name}: these are ${(share * 100).toFixed(0)} % of its busy time; the whole profile is ${served.profile}`);
}

/** Microseconds within the spans, by place. A profile goes by the clock of `process.hrtime`. */
function selfTimes(
  { startTime, nodes, samples, timeDeltas }: CpuProfile,
  spans: Measured['spans'],
): Map<string, number> {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]));
  const times = new Map<string, number>();
  let at = startTime;
  for (const [index, sample] of samples.entries()) {
    const took = timeDeltas[index] ?? 0;
    at += took;
    const place = places.get(sample) ?? IDLE;
    if (place === IDLE || !spans.some(([from, to]) => at >= from && at < to)) continue;
    times.set(place, (times.get(place) ?? 0) + took);
  }
  return times;
}

/** For example `parse pg-protocol/dist/parser.js:42`, `start src/authentication/start.js:61`, `writev`. */
function placeOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName || 'anonymous';
  const file = url.replace(/^.*\/node_modules\//, '').replace(/^.*\/dist\//, '');
  // V8 counts lines from zero.
  return file === '' ? name : `${name} ${file}:${lineNumber + 1}`;
}
