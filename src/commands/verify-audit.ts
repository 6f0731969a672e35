import 'reflect-metadata';
import { parseKeyring } from '../crypto/keyring.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { connectTo, UNLIMITED } from '../database/database-client.ts';
import type { Statements } from '../database/database.ts';
import type { Breach, RecordedHead } from '../operator/check-chain.ts';
import { walkChain } from '../operator/walk-chain.ts';
import { readCommandEnvironment } from './command-environment.ts';
import { readOptions } from './terminal.ts';

/** Verifies the operators' audit chain and reports every breach: `npm run verify-audit -- --help`. */

const USAGE = `npm run verify-audit [-- --head=NUMBER:MAC]

Walks the audit chain and prints every breach, and the head. Record the head outside of the database.

  --head=NUMBER:MAC  a head that this command printed: detects a chain that was put back to an earlier state, or rewritten
                     with the key

Safe while the service runs. Reads DATABASE_URL and KEYRING; without DATABASE_URL it takes the database that npm start runs in
DATA_DIR. Exit code: 0 the audit is intact, 1 it was tampered with, 2 wrong use or no answer.
`;

/** The exit code of whatever says nothing about the audit. */
const NO_ANSWER = 2;

/** Breaches that are printed one by one; further ones are only counted. */
const PRINTED = 20;

const recorded = readNotedHead();
const environment = await readCommandEnvironment(NO_ANSWER);
let breaches = 0;
try {
  await verify();
  process.exitCode = breaches > 0 ? 1 : 0;
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = NO_ANSWER;
}

async function verify(): Promise<void> {
  const keys = new ServiceKeys(parseKeyring(environment.KEYRING));
  const client = await connectTo(environment.DATABASE_URL, UNLIMITED);
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const session: Statements = {
      rows: async <Row>({ text }: { text: string }, values: unknown[]) =>
        (await client.query(text, values)).rows as Row[],
    };
    const { older, holding, end } = await walkChain(session, keys.audit, report, recorded);
    if (breaches > PRINTED) print(`and ${breaches - PRINTED} more breaches`);
    print(`entries before the chain: ${older}`);
    print(`intact entries: ${holding}`);
    print(end?.mac ? `head: ${end.number}:${end.mac.toString('hex')}` : 'head: none (the chain has not begun)');
  } finally {
    await client.end();
  }
}

function report({ where, what, why }: Breach): void {
  breaches += 1;
  if (breaches <= PRINTED) print(`${where}: ${what}: ${why}`);
}

function readNotedHead(): RecordedHead | undefined {
  const { head } = readOptions({ head: { type: 'string' } }, USAGE, NO_ANSWER);
  if (head === undefined) return undefined;
  const [, number, mac] = /^([1-9]\d{0,18}):([\da-f]{64})$/i.exec(head) ?? [];
  if (number === undefined || mac === undefined) {
    process.stderr.write('--head=NUMBER:MAC must be the head that this command printed\n');
    process.exit(NO_ANSWER);
  }
  return { number, mac: Buffer.from(mac, 'hex') };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
