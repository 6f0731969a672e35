import 'reflect-metadata';
import { join } from 'node:path';
import { readProcessEnvironment } from '../../config/environment.ts';
import { readArguments, USAGE } from './keys/arguments.ts';
import { orRefused } from './terminal.ts';

/** Shows and changes the keys of the keyring: `npm run keys -- --help`. */

const wanted = orRefused(() => readArguments(process.argv.slice(2)));
if (wanted === undefined) {
  process.stdout.write(USAGE);
} else {
  const environment = readProcessEnvironment();
  const { runKeysCommand } = await import('./keys/run.ts');
  const given = process.env['KEYRING']?.trim() ? null : process.env['KEYRING_FILE']?.trim();
  await runKeysCommand(environment, wanted, given === undefined ? join(environment.DATA_DIR, 'keyring.json') : given);
}
