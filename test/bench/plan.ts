import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The duration and size of the measurements. */
export interface Plan {
  rounds: number;
  warmSeconds: number;
  measuredSeconds: number;
  /** Concurrent flows; the same for every candidate. */
  concurrency: number;
  /** Number of people whose phones are played. */
  people: number;
  growth: { people: number; authentications: number } | null;
  /** Only these candidates, by the first word of their name. */
  only: string[] | null;
  /** Number of carrier events to send. */
  events: number;
  /** Number of phone-computed codes to verify, of each kind. */
  codes: number;
  /** Number of measured starts for each class of person. */
  samples: number;
  /** Number of lines in a carrier's snapshot. */
  lines: number;
  /** Directory for a CPU profile of every candidate. */
  profile: string | null;
  /** Directory of another checkout, built, whose service is measured beside this one as `before`. */
  against: string | null;
  /** True to measure the parts of a flow separately. */
  costs: boolean;
}

export const USAGE = `npm run bench -- [--quick] [--only=service,floor] [--profile[=FOLDER]] [--no-costs]
                [--against=CHECKOUT]
                [--growth] [--growth-people=1000000] [--growth-authentications=10000000]
                [--rounds=3] [--seconds=8] [--concurrency=32] [--events=100000]
                [--lines=1000000] [--samples=2000]
`;

/** Parses the command line. The whole default plan takes about a quarter of an hour, the quick one a minute. */
export function readPlan(args: string[]): Plan {
  const { values } = parseArgs({
    // Without a folder it takes a new one.
    args: args.map((arg) =>
      arg === '--profile' ? `--profile=${mkdtempSync(join(tmpdir(), 'pushguard-profile-'))}` : arg,
    ),
    allowNegative: true,
    options: {
      quick: { type: 'boolean', default: false },
      growth: { type: 'boolean', default: false },
      'growth-people': { type: 'string', default: '1000000' },
      'growth-authentications': { type: 'string', default: '10000000' },
      costs: { type: 'boolean', default: true },
      only: { type: 'string' },
      against: { type: 'string' },
      profile: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      concurrency: { type: 'string', default: '32' },
      events: { type: 'string' },
      lines: { type: 'string' },
      samples: { type: 'string' },
    },
  });
  const { quick, growth, only, against } = values;
  return {
    rounds: Number(values.rounds ?? (quick ? 1 : 3)),
    warmSeconds: quick ? 1 : 8,
    measuredSeconds: Number(values.seconds ?? (quick ? 2 : 8)),
    concurrency: Number(values.concurrency),
    people: quick ? 4_000 : 20_000,
    growth: growth
      ? { people: Number(values['growth-people']), authentications: Number(values['growth-authentications']) }
      : null,
    only: only === undefined ? null : only.split(','),
    events: Number(values.events ?? (quick ? 2_000 : 100_000)),
    codes: quick ? 1_000 : 8_000,
    samples: Number(values.samples ?? (quick ? 100 : 2_000)),
    lines: Number(values.lines ?? (quick ? 5_000 : 100_000)),
    profile: values.profile ?? null,
    against: against === undefined ? null : resolve(against),
    costs: values.costs && !quick,
  };
}
