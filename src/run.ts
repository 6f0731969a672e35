import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { changedSecrets, readSecretsAgain, secretFiles, type Environment } from '../config/environment.ts';
import { Accounts } from './accounts/accounts.ts';
import { Members } from './console/members.ts';
import { AccessTokens } from './crypto/access-token.ts';
import { parseKeyring } from './crypto/keyring.ts';
import { requireSuccessor, ServiceKeys } from './crypto/service-keys.ts';
import { sha256 } from './crypto/sha256.ts';
import { declareDemo } from './demo/demo.ts';
import { Samples, type DemonstrationSamples } from './developers/samples.ts';
import { DEMO_LINES, type DemoClient, type DemoMember, type DemoOperator } from './embedded/demo.ts';
import type { Embedded } from './embedded/embedded.ts';
import { declareLocalRoutes } from './embedded/local-routes.ts';
import { configuredGateways, type ConfiguredGateways } from './gateways/configured.ts';
import { Lines } from './lines/lines.ts';
import { Operators } from './operator/operators.ts';
import { watchSecretFiles } from './process/secret-files.ts';
import { RelyingParties } from './relying-parties/relying-parties.ts';
import { startService, type Service } from './service.ts';

type Variables = Record<string, string | undefined>;

/** What stands in for a carrier, its relying parties and its operators. */
export interface Demonstration {
  embedded: Embedded;
  clients: readonly DemoClient[];
  operators: Promise<readonly DemoOperator[]>;
  members: Promise<readonly DemoMember[]>;
}

/**
 * Starts the service with the gateways that the environment configures, and seeds the demonstration where there is one.
 * The result stops the service, then its gateways. `tell` is given each step that takes time; `variables` name the files of
 * the secrets that are read again while it runs.
 */
export async function run(
  environment: Environment,
  demonstration: Demonstration | undefined,
  tell: (step: string) => void,
  variables: Variables,
): Promise<Pick<Service, 'management' | 'stop'>> {
  const gateways = configuredGateways(environment);
  const service = await startService(
    { environment, push: gateways.push, sms: gateways.sms },
    (app, fastify) => {
      if (!demonstration) return;
      declareLocalRoutes(fastify, demonstration.embedded);
      declareDemo(app, fastify, demonstration.clients, DEMO_LINES);
      app.get(Samples).use(samplesOf(demonstration));
    },
    tell,
  );
  if (demonstration) {
    tell('Seeding the demonstration’s clients, operators and lines …');
    await seed(service, environment.ISSUER, demonstration);
  }
  const unwatch = watchSecretFiles([...secretFiles(variables).values()], () => {
    renewSecrets(environment, variables, { gateways, service });
  });
  return {
    management: service.management,
    stop: async () => {
      unwatch();
      await service.stop();
      await gateways.close();
    },
  };
}

/**
 * Reads the secrets in files again and uses them: all of them, or none. What is begun ends under the former ones. One line
 * of the log says what became of it.
 */
function renewSecrets(
  environment: Environment,
  variables: Variables,
  { gateways, service }: { gateways: ConfiguredGateways; service: Service },
): void {
  const logger = new Logger('Secrets');
  try {
    const secrets = readSecretsAgain(variables);
    const changed = changedSecrets(environment, secrets);
    const [keys, ring] = [service.app.get(ServiceKeys), parseKeyring(secrets.KEYRING ?? environment.KEYRING ?? '')];
    requireSuccessor(keys.ring, ring);
    gateways.renew(secrets);
    keys.use(ring);
    service.app.get(AccessTokens).use(keys.signing);
    Object.assign(environment, secrets);
    logger.warn(changed.length > 0 ? `in force from now on: ${changed.join(', ')}` : 'no secret in a file has changed');
  } catch (error) {
    const reason = (error as Error).message.replace(/\s+/g, ' ');
    logger.error(`the secrets in files stay as they were. ${reason}`);
  }
}

/** Its clients, a line, and the person who has no subscription, whose codes go by SMS. */
function samplesOf({ clients }: Demonstration): DemonstrationSamples {
  const clientOf = (name: string) => clients.find(({ clientId }) => clientId === name);
  const [shop, bank] = [clientOf('demo-shop'), clientOf('demo-bank')];
  const [carrier, callCentre] = [clientOf('demo-carrier'), clientOf('demo-operator')];
  const line = DEMO_LINES.find(({ lineId }) => lineId === 'demo-3');
  if (!shop || !bank || !carrier || !callCentre || !line)
    throw new Error('the demonstration lacks what the documents show');
  return {
    ...{ shop, bank, carrier, callCentre },
    lineId: 'demo-4',
    person: { phoneNumber: line.phoneNumber, ...line.owner },
  };
}

/** Inserts the demonstration's clients, operators and lines, in place of a carrier's own data. */
async function seed({ app }: Service, issuer: string, { clients, operators, members }: Demonstration): Promise<void> {
  const [relyingParties, lines] = [app.get(RelyingParties), app.get(Lines)];
  for (const { id, clientId, clientSecret, testSecret, scope, ...settings } of clients) {
    const { name, vendorCode, requiresRegistration } = settings;
    const client = {
      id,
      clientId,
      name,
      secretDigest: sha256(clientSecret),
      jwks: null,
      scopes: scope.split(' '),
      returnUrls: [`${issuer}/demo/return`],
      startsPerMinute: 60_000,
      vendorCode,
      requiresRegistration,
    };
    await relyingParties.register(client, sha256(testSecret));
  }
  for (const operator of await operators) await app.get(Operators).seed(operator);
  for (const { clientId, role, ...account } of await members) {
    await app.get(Accounts).seed({ ...account, realm: 'console', role: null });
    await app.get(Members).seed(clientId, account.login, role);
  }
  for (const { note: _note, ...line } of DEMO_LINES) {
    if (!(await lines.byPhoneNumber(line.phoneNumber))) await lines.upsert(line, null);
  }
}
