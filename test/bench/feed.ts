import { randomUUID } from 'node:crypto';
import { accessToken, seedTemplate, serviceCandidate } from './candidates.ts';
import type { Person } from './population.ts';
import { residentMegabytes } from './processor.ts';
import { progress, report } from './report.ts';
import type { Stage } from './stage.ts';

/** Events of one request (contract). */
const BATCH = 1_000;
/** Events sent before the measured ones. */
const WARM = 5_000;
/** Concurrent batches. */
const SENDERS = 2;
/** One in this many events of a line suspends or resumes it; the others only change a fact. */
const EVERY = 10;

/**
 * Reports how fast the service applies a carrier's events, each of them durably, and how its memory grows meanwhile.
 */
export async function reportFeed(stage: Stage, people: readonly Person[], events: number): Promise<void> {
  await seedTemplate(stage, 'fed', people);
  const databaseUrl = await stage.createDatabase('feed', 'fed');
  const { served } = await serviceCandidate(stage, 'feed', people, { databaseUrl });
  const headers = {
    authorization: `Bearer ${await accessToken(served, 'carrier')}`,
    'content-type': 'application/cloudevents-batch+json',
  };
  const outcomes = new Map<string, number>();
  const send = async (from: number): Promise<void> => {
    const batch = Array.from({ length: BATCH }, (_, at) => eventOf(people, from + at));
    const request = { method: 'POST', path: '/carrier/v1/events', headers, body: JSON.stringify(batch) } as const;
    const { statusCode, body } = await served.http.request(request);
    if (statusCode !== 202) throw new Error(`a batch was answered ${statusCode} ${await body.text()}`);
    const { outcomes: results } = (await body.json()) as { outcomes: { outcome: string }[] };
    for (const { outcome } of results) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  };
  // The first thousands pay for the compiler.
  for (let from = 0; from < WARM; from += BATCH) await send(from);
  const before = residentMegabytes(served.pid);
  outcomes.clear();
  let next = WARM;
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: SENDERS }, async () => {
      while (next < WARM + events) {
        const from = next;
        next += BATCH;
        await send(from);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  progress(`carrier: ${JSON.stringify(Object.fromEntries(outcomes))} in ${seconds.toFixed(1)} s`);
  report(
    'carrier.events',
    [...outcomes.values()].reduce((sum, count) => sum + count, 0),
    'events',
  );
  report('carrier.events_per_second', (outcomes.get('applied') ?? 0) / seconds, 'events/s');
  report('carrier.memory_growth_mb', residentMegabytes(served.pid) - before, 'MB');
}

/** The nth event: every line in turn, with rising sequences. */
function eventOf(people: readonly Person[], nth: number): object {
  const round = Math.floor(nth / people.length);
  const person = people[nth % people.length];
  const stops = (nth + round) % EVERY === 0;
  return {
    specversion: '1.0',
    id: randomUUID(),
    source: 'urn:bench:carrier',
    type: `pushguard.line.v1.${stops ? (round % 2 === 0 ? 'suspended' : 'resumed') : 'plan-changed'}`,
    subject: person?.lineId,
    sequence: round + 1,
    time: new Date().toISOString(),
    ...(!stops && { data: { plan: 'postpaid' } }),
  };
}
