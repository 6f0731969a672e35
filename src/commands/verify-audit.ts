import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { readProcessEnvironment } from '../../config/environment.ts';
import { parseKeyring } from '../crypto/keyring.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { connectTo, UNLIMITED } from '../database/database-client.ts';
import type { Statements } from '../database/database.ts';
import type { Breach, RecordedHead } from '../operator/check-chain.ts';
import { walkChain } from '../operator/walk-chain.ts';

/**
 * Verifies the operators' audit chain and reports every breach: `npm run verify-audit`.
 * Record the head that it prints outside the database: `npm run verify-audit -- --head=NUMBER:MAC` then detects a chain
 * that was restored to an earlier state or rewritten with the key.
 * Exit code 1 if the audit was tampered with. Safe while the service runs.
 */

/** Breaches that are printed one by one; further ones are only counted. */
const PRINTED = 20;

const environment = readProcessEnvironment(['DATABASE_URL', 'KEYRING']);
const keys = new ServiceKeys(parseKeyring(environment.KEYRING ?? ''));
const recorded = readNotedHead();
const client = await connectTo(environment.DATABASE_URL ?? '', UNLIMITED);
let breaches = 0;

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
process.exitCode = breaches > 0 ? 1 : 0;

function report({ where, what, why }: Breach): void {
  breaches += 1;
  if (breaches <= PRINTED) print(`${where}: ${what}: ${why}`);
}

function readNotedHead(): RecordedHead | undefined {
  const { head } = parseArgs({ options: { head: { type: 'string' } } }).values;
  if (head === undefined) return undefined;
  const [, number, mac] = /^([1-9]\d{0,18}):([\da-f]{64})$/i.exec(head) ?? [];
  if (number === undefined || mac === undefined) {
    throw new Error('--head=NUMBER:MAC must be the head that this command printed');
  }
  return { number, mac: Buffer.from(mac, 'hex') };
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
