import 'reflect-metadata';
import { readProcessEnvironment } from '../../config/environment.ts';
import { readArguments } from './clients/arguments.ts';
import { USAGE } from './clients/usage.ts';
import { orRefused } from './terminal.ts';

/** Admits relying parties, carriers and other clients, and ends them: `npm run client -- --help`. */

const environment = readProcessEnvironment();
const wanted = orRefused(() => readArguments(process.argv.slice(2), environment));
if (wanted === undefined) {
  process.stdout.write(USAGE);
} else {
  // To load the service takes most of a second, which a person who mistyped a word need not wait.
  const { runClientCommand } = await import('./clients/run.ts');
  await runClientCommand(environment, wanted);
}
