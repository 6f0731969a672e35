import 'reflect-metadata';
import { readProcessEnvironment } from '../../config/environment.ts';
import { readArguments, USAGE } from './queue/arguments.ts';
import { orRefused } from './terminal.ts';

/** Shows what waits to be sent, and has it sent or dropped: `npm run queue -- --help`. */

const wanted = orRefused(() => readArguments(process.argv.slice(2)));
if (wanted === undefined) {
  process.stdout.write(USAGE);
} else {
  const environment = readProcessEnvironment();
  const { runQueueCommand } = await import('./queue/run.ts');
  await runQueueCommand(environment, wanted);
}
