import 'reflect-metadata';
import { readProcessEnvironment } from '../../config/environment.ts';
import { readArguments, USAGE } from './console-people/arguments.ts';
import { orRefused } from './terminal.ts';

/** Invites the first people of a relying party to its console, and ends people there: `npm run console -- --help`. */

const environment = readProcessEnvironment();
const wanted = orRefused(() => readArguments(process.argv.slice(2)));
if (wanted === undefined) {
  process.stdout.write(USAGE);
} else {
  // To load the service takes most of a second, which a person who mistyped a word need not wait.
  const { runConsoleCommand } = await import('./console-people/run.ts');
  await runConsoleCommand(environment, wanted);
}
