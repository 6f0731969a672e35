import 'reflect-metadata';
import { readProcessEnvironment } from '../../config/environment.ts';
import { readArguments, USAGE } from './sink-tokens/arguments.ts';
import { orRefused } from './terminal.ts';

/** Issues long-lived bearers for the carrier feed, and revokes them: `npm run sink-token -- --help`. */

const environment = readProcessEnvironment();
const wanted = orRefused(() => readArguments(process.argv.slice(2)));
if (wanted === undefined) {
  process.stdout.write(USAGE);
} else {
  // To load the service takes most of a second, which a person who mistyped a word need not wait.
  const { runSinkTokenCommand } = await import('./sink-tokens/run.ts');
  await runSinkTokenCommand(environment, wanted);
}
