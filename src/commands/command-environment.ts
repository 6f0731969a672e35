import { type Environment, readProcessEnvironment } from '../../config/environment.ts';
import { connectTo, ORDINARY } from '../database/database-client.ts';
import { joinRunning } from '../embedded/running-embedded.ts';
import { namingVariable } from '../process/variable-at-fault.ts';

/** The environment of a command that works on the database. */
export type CommandEnvironment = Environment & { DATABASE_URL: string; KEYRING: string };

/**
 * Reads the environment of a command. Without `DATABASE_URL`, database and keys are those that `npm start` runs in
 * `DATA_DIR`. Ends the process with `code` after one message if a variable is at fault or the database does not answer.
 */
export async function readCommandEnvironment(code = 1): Promise<CommandEnvironment> {
  const environment = readProcessEnvironment(isDatabaseNamed() ? ['KEYRING'] : [], code);
  return joinedOrEnded(environment, code);
}

/** Whether the variables of this process name a database; else a command takes the one that `npm start` runs. */
function isDatabaseNamed(): boolean {
  return ['DATABASE_URL', 'DATABASE_URL_FILE'].some((name) => process.env[name]?.trim());
}

/** Completes the environment of a command as {@link readCommandEnvironment} does. */
export async function joinedOrEnded(environment: Environment, code = 1): Promise<CommandEnvironment> {
  try {
    await joinRunning(environment);
    const { DATABASE_URL = '', KEYRING = '' } = environment;
    const client = await namingVariable('DATABASE_URL', () => connectTo(DATABASE_URL, ORDINARY));
    await client.end();
    return Object.assign(environment, { DATABASE_URL, KEYRING });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(code);
  }
}
