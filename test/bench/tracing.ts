import { seedTemplate, serviceCandidate } from './candidates.ts';
import { alternate, flowsPerSecondOf, PROCESSES } from './measure.ts';
import type { Plan } from './plan.ts';
import type { Person } from './population.ts';
import { median, report } from './report.ts';
import type { Stage } from './stage.ts';
import { startReceiver } from './webhooks.ts';

/** The share of requests that is recorded, which is the service’s default. */
const SHARE = '0.05';

/** Reports what traces cost the main flow, in turns with a service that records none. */
export async function reportTracing(stage: Stage, plan: Plan, people: readonly Person[]): Promise<void> {
  const receiver = `http://127.0.0.1:${await startReceiver(stage)}`;
  await seedTemplate(stage, 'traced', people);
  const candidate = async (name: string, settings: Record<string, string>) =>
    serviceCandidate(stage, name, people, { databaseUrl: await stage.createDatabase(name, 'traced'), settings });
  const measured = await alternate(stage, plan, [
    await candidate('tracing_off', {}),
    await candidate('tracing_on', { OTEL_EXPORTER_OTLP_ENDPOINT: receiver, OTEL_TRACES_SAMPLER_ARG: SHARE }),
  ]);
  for (const one of measured) {
    const { name } = one.candidate;
    report(`${name}.flows_per_second`, flowsPerSecondOf(one), 'flows/s');
    report(`${name}.failed_flows`, one.failed, 'flows');
    for (const process of PROCESSES) {
      report(`${name}.processor.${process}_us`, median(one.processor[process]), 'µs/flow');
    }
  }
  const [off, on] = measured.map(flowsPerSecondOf);
  report('ratio.flows_with_tracing', (on ?? Number.NaN) / (off ?? Number.NaN), 'ratio');
}
