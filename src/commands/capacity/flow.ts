import { MEASURED } from './needs.ts';

/** One request or push of an authentication by push. */
export interface Step {
  name: string;
  /** Mean seconds of processor time: of the service, and then of PostgreSQL. */
  service: number;
  database: number;
  /** Mean seconds after the step before: what the person does meanwhile. Not measured; they decide only how many are open. */
  after: number;
}

/**
 * Microseconds of the parts of a flow, from the table "Where the time goes" of the guide "Measurements". Each was measured
 * by itself, so they say how the cost of a whole flow (`MEASURED`) divides, and no more.
 */
const [PUSH, SEAL, REQUEST, PROOF, STATEMENT, SIGN] = [853 / 2, 262, 458 / 4, 156 / 2, 198 / 9, 51 / 2];
const [START, OPEN, QUEUE, VERIFICATION, PIN, SMALL] = [523, 620, 27 / 2, 380, 402 / 2, 405 / 5];

const PARTS: readonly Step[] = [
  { name: 'start', service: REQUEST + 2 * STATEMENT, database: SMALL + START, after: 0 },
  { name: 'wake', service: PUSH + STATEMENT, database: SMALL + QUEUE, after: 0 },
  { name: 'pending', service: REQUEST + PROOF + STATEMENT, database: SMALL + PIN, after: 8 },
  { name: 'open', service: REQUEST + PROOF + SEAL + SIGN + 2 * STATEMENT, database: PIN + OPEN, after: 6 },
  { name: 'code', service: PUSH + STATEMENT, database: SMALL + QUEUE, after: 0 },
  { name: 'verification', service: REQUEST + SIGN + 2 * STATEMENT, database: VERIFICATION + SMALL, after: 10 },
];

/** The four requests and two pushes of an authentication in their order. Their costs add up to those of `MEASURED`. */
export const STEPS: readonly Step[] = PARTS.map((step) => ({
  ...step,
  service: (step.service / sumOf('service')) * (MEASURED.serviceMicros / 1e6),
  database: (step.database / sumOf('database')) * (MEASURED.databaseMicros / 1e6),
}));

function sumOf(cost: 'service' | 'database'): number {
  return PARTS.reduce((sum, step) => sum + step[cost], 0);
}
