import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { examine } from './doctor/examine.ts';
import type { Line } from './doctor/line.ts';
import { asJson, table } from './terminal.ts';

/** Tries every setting and every neighbour of the service: `npm run doctor -- --help`. */

const USAGE = `npm run doctor [-- --json]

Tries every setting and every neighbour as the service would use it, and prints a line each: configuration, database,
queue, keyring, push services, SMS centre, directory, proxies, disk, ports, issuer and clock. It writes one key on Redis
and deletes it; it asks hosts behind proxies by HEAD. It changes nothing else, sends nothing to a person, and prints no
secret. Run it before a start, and before running processes are told to read secrets again.

  ok       works
  note     works; read what it says
  wrong    the service would not do its work with it
  unknown  could not be judged
  off      is not configured and need not be

Reads the same environment as the service. Exit code: 0 nothing is wrong, 1 something is wrong, 2 nothing is wrong and
something could not be judged; 64 wrong use.
`;

const wanted = readArguments();
const lines = await examine(process.env);
process.stdout.write(wanted.json ? asJson({ lines, exitCode: exitCodeOf(lines) }) : written(lines));
// Vendors' SDKs keep connections open that the command no longer needs.
process.exit(exitCodeOf(lines));

function exitCodeOf(all: readonly Line[]): 0 | 1 | 2 {
  if (all.some(({ state }) => state === 'wrong')) return 1;
  return all.some(({ state }) => state === 'unknown') ? 2 : 0;
}

function written(all: readonly Line[]): string {
  return table(
    all.map(({ check, state, says, todo }) => [state, check, todo === undefined ? says : `${says}. ${todo}`]),
  );
}

function readArguments(): { json: boolean } {
  try {
    const { values } = parseArgs({ options: { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
    if (values.help) {
      process.stdout.write(USAGE);
      process.exit(0);
    }
    return { json: values.json ?? false };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    process.exit(64);
  }
}
