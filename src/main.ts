import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readProcessEnvironment } from '../config/environment.ts';
import { generateKeyring, withRsaKey, withVapidKey } from './crypto/keyring.ts';
import { newAccountSecrets } from './crypto/account-secrets.ts';
import { randomId, randomToken } from './crypto/random.ts';
import {
  DEMO_LINES,
  demoClients,
  demoMembers,
  demoOperators,
  type DemoClient,
  type DemoMember,
  type DemoOperator,
} from './embedded/demo.ts';
import { startEmbedded, type Embedded } from './embedded/embedded.ts';
import { requireFreePorts } from './process/listening.ts';
import { sentenceNaming } from './process/variable-at-fault.ts';
import type { Demonstration } from './run.ts';

const environment = readProcessEnvironment();
const production = environment.NODE_ENV === 'production';

/**
 * Starts the process: embedded defaults for settings that are missing, then the service in its roles.
 */
async function start(): Promise<void> {
  tell('Starting Pushguard …');
  await requireFreePorts(environment);
  const starting = production ? undefined : startDefaults();
  // `await starting` below reports its failure. To load the modules meanwhile takes longer than to start an existing
  // PostgreSQL.
  starting?.catch(() => undefined);
  try {
    const { run } = await import('./run.ts');
    const embedded = await starting;
    const demonstration = embedded && (await demonstrationOf(embedded));
    const { management, stop } = await run(environment, demonstration, tell, variables(embedded));
    stopOnSignal(stop, embedded);
    if (demonstration)
      announce(management, demonstration.clients, await demonstration.operators, await demonstration.members);
  } catch (error) {
    // A port may be taken, or the database may refuse: what was started for this process must end with it.
    const embedded = await starting?.catch(() => undefined);
    await embedded?.stop();
    throw error;
  }
}

/** The variables of this process, with the file of the keys that `npm start` made. */
function variables(embedded: Embedded | undefined): Record<string, string | undefined> {
  const isOwn = embedded !== undefined && process.env['KEYRING'] === undefined && !process.env['KEYRING_FILE'];
  return { ...process.env, ...(isOwn && { KEYRING_FILE: join(environment.DATA_DIR, 'keyring.json') }) };
}

function startDefaults(): Promise<Embedded> {
  const { DATA_DIR, DATABASE_URL } = environment;
  if (!DATABASE_URL) {
    const isFirst = !existsSync(join(DATA_DIR, 'postgres'));
    tell(isFirst ? `Creating a PostgreSQL in ${DATA_DIR} …` : `Starting the PostgreSQL in ${DATA_DIR} …`);
  }
  return startEmbedded(environment, {
    create: () => withRsaKey(generateKeyring()),
    complete: (keyring) => withRsaKey(withVapidKey(keyring)),
  });
}

async function demonstrationOf(embedded: Embedded): Promise<Demonstration> {
  const clients = await demoClients(environment.DATA_DIR, newClient);
  // Their passwords are hashed while the database is migrated; the first failure is told.
  const operators = demoOperators(environment.DATA_DIR, newAccountSecrets);
  operators.catch(() => undefined);
  const members = demoMembers(environment.DATA_DIR, newAccountSecrets);
  members.catch(() => undefined);
  return { embedded, clients, operators, members };
}

function newClient(): { id: string; secret: string; testSecret: string } {
  return { id: randomId(), secret: randomToken(32), testSecret: `test_${randomToken(32)}` };
}

/** Tells a person at a terminal what a start of the demonstration is doing; programs read JSON, and production its log. */
function tell(step: string): void {
  if (!production && !process.argv.includes('--json')) process.stdout.write(`  ${step}\n`);
}

function announce(
  management: string,
  clients: readonly DemoClient[],
  operators: readonly DemoOperator[],
  members: readonly DemoMember[],
): void {
  const { ISSUER: issuer } = environment;
  const started = {
    issuer,
    window: `${issuer}/demo`,
    phone: `${issuer}/phone`,
    website: `${issuer}/`,
    operator: `${issuer}/operator`,
    console: `${issuer}/console`,
    docs: `${issuer}/developers`,
    management,
    pushOutbox: `${issuer}/local/push-outbox`,
    smsOutbox: `${issuer}/local/sms-outbox`,
    clients: clients.map(({ clientId, clientSecret, scope, name }) => ({ clientId, clientSecret, scope, name })),
    operators: operators.map(({ login, password, totpSecret, role }) => ({ login, password, totpSecret, role })),
    members: members.map(({ clientId, login, password, totpSecret, role }) => ({
      clientId,
      login,
      password,
      totpSecret,
      role,
    })),
    lines: DEMO_LINES.map(({ lineId, phoneNumber, owner, note }) => ({ lineId, phoneNumber, ...owner, note })),
  };
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify(started)}\n`);
    return;
  }
  process.stdout.write(
    [
      '',
      '  Pushguard is running.',
      '',
      `  Window and phone, side by side   ${started.window}`,
      `  Phone                            ${started.phone}`,
      `  Bank that has transfers signed   ${issuer}/demo/bank`,
      `  Website                          ${started.website}`,
      `  Operators’ desk                  ${started.operator}`,
      ...started.operators.map(
        ({ login, password, totpSecret }) => `    ${login.padEnd(30)} ${password}   TOTP secret ${totpSecret}`,
      ),
      `  Console of the shop              ${started.console}`,
      ...started.members.map(
        ({ login, password, totpSecret }) => `    ${login.padEnd(30)} ${password}   TOTP secret ${totpSecret}`,
      ),
      `  Documents for developers         ${started.docs}`,
      `  API                              ${issuer}`,
      `  Its clients (secrets in ${join(environment.DATA_DIR, 'clients.json')})`,
      ...started.clients.map(({ clientId, scope }) => `    ${clientId.padEnd(30)} ${scope}`),
      `  Pushes and text messages sent    ${started.pushOutbox}`,
      `                                   ${started.smsOutbox}`,
      `  Health and metrics               ${management}`,
      '',
      '  Press Ctrl-C to stop. The next start continues with the same data.',
      '',
      '',
    ].join('\n'),
  );
}

/** Orchestrators commonly kill a process after thirty seconds; those that drain are told to wait as much longer. */
const STOP_TIMEOUT_MS = 25_000 + 1_000 * environment.DRAIN_SECONDS;

/** The first signal drains and stops; a second one ends the process at once. */
function stopOnSignal(stopService: () => Promise<void>, embedded: Embedded | undefined): void {
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    process.once('SIGINT', () => process.exit(130));
    // Ends before the orchestrator kills the process. The next start or another worker completes unfinished work.
    const ended = setTimeout(() => fail(`it took more than ${STOP_TIMEOUT_MS} ms`), STOP_TIMEOUT_MS).unref();
    const fail = (reason: string) => {
      clearTimeout(ended);
      process.stderr.write(`stopping on ${signal} failed: ${reason}\n`);
      void (embedded?.stop() ?? Promise.resolve()).catch(() => undefined).then(() => process.exit(1));
    };
    try {
      await stopService();
      await embedded?.stop();
      process.exit(0);
    } catch (error) {
      fail(String((error as Error).stack));
    }
  };
  process.once('SIGINT', (signal) => void stop(signal));
  process.once('SIGTERM', (signal) => void stop(signal));
}

start().catch((error: unknown) => {
  // Production has no folder of its own.
  const sentence = production ? (error as Error).message : sentenceNaming('DATA_DIR', environment.DATA_DIR, error);
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
});
