import 'reflect-metadata';
import { join } from 'node:path';
import { readProcessEnvironment } from '../config/environment.ts';
import { generateKeyring } from './crypto/keyring.ts';
import { newOperatorSecrets } from './crypto/operator-secrets.ts';
import { randomId, randomToken } from './crypto/random.ts';
import { sha256 } from './crypto/sha256.ts';
import { DEMO_LINES, demoClients, demoOperators, type DemoClient, type DemoOperator } from './embedded/demo.ts';
import { startEmbedded, type Embedded } from './embedded/embedded.ts';
import { declareLocalRoutes } from './embedded/local-routes.ts';
import { configuredGateways } from './gateways/configured.ts';
import { Lines } from './lines/lines.ts';
import { Operators } from './operator/operators.ts';
import { RelyingParties } from './relying-parties/relying-parties.ts';
import { startService, type Service } from './service.ts';
import { declareDemo } from './demo/demo.ts';

const environment = readProcessEnvironment();
const production = environment.NODE_ENV === 'production';

/**
 * Composes the process: embedded defaults for settings that are missing, the gateways, and the service in its roles.
 */
async function start(): Promise<void> {
  tell(`\n  Starting Pushguard. The first start takes longer: it sets up a database in ${environment.DATA_DIR}.`);
  const embedded = production ? undefined : await startEmbedded(environment, generateKeyring);
  try {
    tell('  Migrating the database and starting the service …');
    const gateways = configuredGateways(environment);
    const clients = embedded ? await demoClients(environment.DATA_DIR, newClient) : [];
    const operators = embedded ? await demoOperators(environment.DATA_DIR, newOperatorSecrets) : [];
    const service = await startService({ environment, ...gateways }, (app, fastify) => {
      if (!embedded) return;
      declareLocalRoutes(fastify, embedded);
      declareDemo(app, fastify, clients, DEMO_LINES);
    });
    stopOnSignal(service, gateways.close, embedded);
    if (embedded) {
      tell('  Seeding the demonstration’s clients, operators and lines …');
      await seed(service, clients, operators);
      announce(service, clients, operators);
    }
  } catch (error) {
    // A port may be taken, or the database may refuse: what was started for this process must end with it.
    await embedded?.stop();
    throw error;
  }
}

/** Inserts the demonstration's clients, operators and lines, in place of a carrier's own data. */
async function seed(
  service: Service,
  clients: readonly DemoClient[],
  operators: readonly DemoOperator[],
): Promise<void> {
  const [relyingParties, lines] = [service.app.get(RelyingParties), service.app.get(Lines)];
  for (const { id, clientId, clientSecret, scope, name, vendorCode, requiresRegistration } of clients) {
    await relyingParties.register({
      id,
      clientId,
      name,
      secretDigest: sha256(clientSecret),
      jwks: null,
      scopes: scope.split(' '),
      returnUrls: [`${environment.ISSUER}/demo/return`],
      startsPerMinute: 60_000,
      vendorCode,
      requiresRegistration,
    });
  }
  for (const operator of operators) await service.app.get(Operators).seed(operator);
  for (const { note: _note, ...line } of DEMO_LINES) {
    if (!(await lines.byPhoneNumber(line.phoneNumber))) await lines.upsert(line, null);
  }
}

function newClient(): { id: string; secret: string } {
  return { id: randomId(), secret: randomToken(32) };
}

/** Tells a person at a terminal what a start of the demonstration is doing; programs read JSON, and production its log. */
function tell(text: string): void {
  if (!production && !process.argv.includes('--json')) process.stdout.write(`${text}\n`);
}

function announce({ management }: Service, clients: readonly DemoClient[], operators: readonly DemoOperator[]): void {
  const { ISSUER: issuer } = environment;
  const started = {
    issuer,
    window: `${issuer}/demo`,
    phone: `${issuer}/phone`,
    website: `${issuer}/`,
    operator: `${issuer}/operator`,
    docs: `${issuer}/openapi.json`,
    management,
    pushOutbox: `${issuer}/local/push-outbox`,
    smsOutbox: `${issuer}/local/sms-outbox`,
    clients: clients.map(({ clientId, clientSecret, scope, name }) => ({ clientId, clientSecret, scope, name })),
    operators: operators.map(({ login, password, totpSecret, role }) => ({ login, password, totpSecret, role })),
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
      `  API docs (OpenAPI 3.1)           ${started.docs}`,
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

/** Orchestrators commonly kill a process after thirty seconds. */
const STOP_TIMEOUT_MS = 25_000;

/** The first signal drains and stops; a second one ends the process at once. */
function stopOnSignal(service: Service, closeGateways: () => Promise<void>, embedded: Embedded | undefined): void {
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
      await service.stop();
      await closeGateways();
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
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
