import { join } from 'node:path';
import {
  cibaCandidate,
  type Candidate,
  floorCandidate,
  peerCandidate,
  seedTemplate,
  serviceCandidate,
} from './candidates.ts';
import { reportCodes } from './codes.ts';
import { reportCosts } from './costs.ts';
import { reportEnumeration } from './enumeration.ts';
import { reportFeed } from './feed.ts';
import type { FlowTimes } from './flow.ts';
import { reportGrowth } from './growth.ts';
import { alternate, atPace, flowsPerSecondOf, type Measured, oneAtATime, PROCESSES } from './measure.ts';
import { type Plan, readPlan, USAGE } from './plan.ts';
import { makePeople, type Person } from './population.ts';
import { residentMegabytes } from './processor.ts';
import { startRedis } from './redis.ts';
import { reportProfile } from './profile.ts';
import { median, percentile, progress, report } from './report.ts';
import { reportSnapshot } from './snapshot.ts';
import { Stage } from './stage.ts';
import { reportStatements } from './statements.ts';
import { reportTracing } from './tracing.ts';
import { reportWebhooks } from './webhooks.ts';

/** What is measured in whole flows, in turn. */
const CANDIDATES = ['service', 'floor', 'peer', 'redis'] as const;

/** The whole run; every part prints its own figures. */
async function run(plan: Plan): Promise<void> {
  const people = makePeople(plan.people);
  const wanted = (part: string) => plan.only?.includes(part) ?? true;
  if (CANDIDATES.some(wanted)) {
    const measured = await onStage(plan, (stage) => reportFlows(stage, plan, people));
    // The processes have ended, and written their profiles.
    for (const one of measured.filter(isService)) reportProfile(one);
  }
  if (wanted('ciba')) {
    const [own] = await onStage(plan, (stage) => reportCiba(stage, plan, people));
    if (own) reportProfile(own);
    if (plan.costs) await reportStatements(plan, people, 'ciba');
  }
  if (wanted('webhooks')) await onStage(plan, (stage) => reportWebhooks(stage, plan, people));
  // Only where it is asked for: it takes as long as two candidates more.
  if (plan.only?.includes('tracing')) await onStage(plan, (stage) => reportTracing(stage, plan, people));
  if (wanted('codes')) await onStage(plan, (stage) => reportCodes(stage, people, plan));
  if (wanted('enumeration')) await onStage(plan, (stage) => reportEnumeration(stage, plan.samples));
  if (wanted('feed')) await onStage(plan, (stage) => reportFeed(stage, people, plan.events));
  if (wanted('import')) await onStage(plan, (stage) => reportSnapshot(stage, plan.lines));
  if (plan.costs && wanted('statements')) await reportStatements(plan, people);
  const { growth } = plan;
  if (growth) await onStage(plan, (stage) => reportGrowth(stage, plan, growth, people));
}

async function reportFlows(stage: Stage, plan: Plan, people: readonly Person[]): Promise<Measured[]> {
  const candidates = await startCandidates(stage, plan, people);
  const measured = await alternate(stage, plan, candidates);
  for (const one of measured) reportCandidate(one);
  await reportHalfLoad(stage, plan, measured);
  await reportAlone(stage, plan, measured);
  reportRatios(measured);
  const [service] = candidates;
  if (plan.costs && service && (plan.only?.includes('costs') ?? true)) await reportCosts(stage, service);
  return measured;
}

/** The service's CIBA beside the peer's. */
async function reportCiba(stage: Stage, plan: Plan, people: readonly Person[]): Promise<Measured[]> {
  progress(`seeding ${people.length} people`);
  await seedTemplate(stage, 'seeded', people);
  const ours = await cibaCandidate(stage, people, await stage.createDatabase('ciba', 'seeded'));
  const measured = await alternate(stage, plan, [ours, await peerCandidate(stage, people, { approves: true })]);
  for (const one of measured) reportCandidate(one);
  const [own, peers] = measured.map(flowsPerSecondOf);
  if (own && peers) report('ratio.ciba_to_peer', own / peers, 'ratio');
  return measured;
}

function isService({ candidate }: Measured): boolean {
  return candidate.name.endsWith('main_flow');
}

async function onStage<Result>(plan: Plan, play: (stage: Stage) => Promise<Result>): Promise<Result> {
  progress('starting PostgreSQL and the push platforms');
  const stage = await Stage.set(plan.profile);
  const removeHandlers = strikeOnSignal(stage);
  try {
    return await play(stage);
  } finally {
    removeHandlers();
    await stage.strike();
  }
}

async function startCandidates(stage: Stage, plan: Plan, people: readonly Person[]): Promise<Candidate[]> {
  const wanted = (name: string) => plan.only === null || plan.only.includes(name);
  const candidates: Candidate[] = [];
  progress(`seeding ${people.length} people`);
  await seedTemplate(stage, 'seeded', people);
  if (wanted('service')) {
    const databaseUrl = await stage.createDatabase('service', 'seeded');
    candidates.push(await serviceCandidate(stage, 'main_flow', people, { databaseUrl }));
  }
  if (plan.against !== null) {
    const databaseUrl = await stage.createDatabase('service_before', 'seeded');
    const build = join(plan.against, 'dist');
    candidates.push(await serviceCandidate(stage, 'before.main_flow', people, { databaseUrl, build }));
  }
  if (wanted('floor')) candidates.push(await floorCandidate(stage, people));
  if (wanted('peer')) candidates.push(await peerCandidate(stage, people));
  if (wanted('redis')) {
    const redis = await startRedis(stage.directory);
    if (redis) {
      stage.onStrike(redis.stop);
      const databaseUrl = await stage.createDatabase('service_redis', 'seeded');
      const settings = { REDIS_URL: redis.url };
      candidates.push(await serviceCandidate(stage, 'redis.main_flow', people, { databaseUrl, settings }));
    } else progress('redis-server is not installed: the figures with Redis are left out');
  }
  return candidates;
}

function reportCandidate(measured: Measured): void {
  const { candidate, flows, failed, processor, written, shared } = measured;
  const { name, served } = candidate;
  report(`${name}.flows_per_second`, flowsPerSecondOf(measured), 'flows/s');
  report(`${name}.failed_flows`, failed, 'flows');
  for (const one of PROCESSES) report(`${name}.processor.${one}_us`, median(processor[one]), 'µs/flow');
  report(`${name}.transactions`, median(written.transactions), 'transactions/flow');
  report(`${name}.wal_bytes`, median(written.wal), 'B/flow');
  // The contract's names are those of the service on its default settings.
  const prefix = name === 'main_flow' ? '' : `${name}.`;
  if (shared.length > 0) report(`${prefix}shared_commits.mean_statements`, median(shared), 'statements');
  reportSteps(prefix, flows, 50, 99);
  const handoffs = flows.flatMap((flow) => flow.handoffs);
  report(`${prefix}push.handoff_p50_ms`, percentile(handoffs, 50), 'ms');
  report(`${prefix}push.handoff_p99_ms`, percentile(handoffs, 99), 'ms');
  report(`${prefix}memory.rss_mb`, residentMegabytes(served.pid), 'MB');
}

/** Reports percentiles of how long each step of the flows took. */
function reportSteps(prefix: string, flows: readonly FlowTimes[], ...percents: number[]): void {
  for (const step of ['start', 'open', 'verification'] as const) {
    const times = flows.map((flow) => flow[step]);
    for (const percent of percents) report(`${prefix}${step}.p${percent}_ms`, percentile(times, percent), 'ms');
  }
}

/** Reports the latency of a window while the service has half of its capacity left. */
async function reportHalfLoad(stage: Stage, plan: Plan, measured: readonly Measured[]): Promise<void> {
  for (const one of measured.filter(isService)) {
    const pace = flowsPerSecondOf(one) / 2;
    const { flows, failed } = await atPace(stage, plan, one.candidate, pace);
    const prefix = prefixOf(one);
    reportSteps(`${prefix}half_load.`, flows, 99);
    const handoffs = flows.flatMap((flow) => flow.handoffs);
    report(`${prefix}half_load.push.handoff_p99_ms`, percentile(handoffs, 99), 'ms');
    report(`${prefix}half_load.failed_flows`, failed, 'flows');
  }
}

/** Reports the latency of each step while no other flow runs. */
async function reportAlone(stage: Stage, plan: Plan, measured: readonly Measured[]): Promise<void> {
  const services = measured.filter(isService);
  const candidates = services.map(({ candidate }) => candidate);
  for (const [place, flows] of (await oneAtATime(stage, plan, candidates)).entries()) {
    reportSteps(`${prefixOf(services[place])}alone.`, flows, 50);
  }
}

/** What stands before the names of the figures of a service: nothing on its default settings, else `redis.` or `before.`. */
function prefixOf(measured: Measured | undefined): string {
  return measured?.candidate.name.replace(/main_flow$/, '') ?? '';
}

function reportRatios(measured: readonly Measured[]): void {
  const of = (name: string) => {
    const found = measured.find(({ candidate }) => candidate.name === name);
    return found && flowsPerSecondOf(found);
  };
  const others = { ciba_postgres: of('peer.ciba_postgres'), bare: of('floor.bare') };
  for (const [prefix, ours] of Object.entries({ '': of('main_flow'), 'redis.': of('redis.main_flow') })) {
    for (const [other, value] of Object.entries(others)) {
      if (ours && value) report(`${prefix}ratio.main_flow_to_${other}`, ours / value, 'ratio');
    }
  }
}

/** Stops everything that the run has started when a signal ends it. */
function strikeOnSignal(stage: Stage): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const strike = (): void => void stage.strike().finally(() => process.exit(130));
  for (const signal of signals) process.once(signal, strike);
  return () => {
    for (const signal of signals) process.off(signal, strike);
  };
}

const args = process.argv.slice(2);
if (args.includes('--help')) process.stdout.write(USAGE);
else await run(readPlan(args));
