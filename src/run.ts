import 'reflect-metadata';
import type { Environment } from '../config/environment.ts';
import { Accounts } from './accounts/accounts.ts';
import { Members } from './console/members.ts';
import { sha256 } from './crypto/sha256.ts';
import { declareDemo } from './demo/demo.ts';
import { Samples, type DemonstrationSamples } from './developers/samples.ts';
import { DEMO_LINES, type DemoClient, type DemoMember, type DemoOperator } from './embedded/demo.ts';
import type { Embedded } from './embedded/embedded.ts';
import { declareLocalRoutes } from './embedded/local-routes.ts';
import { configuredGateways } from './gateways/configured.ts';
import { Lines } from './lines/lines.ts';
import { Operators } from './operator/operators.ts';
import { RelyingParties } from './relying-parties/relying-parties.ts';
import { startService, type Service } from './service.ts';

/** What stands in for a carrier, its relying parties and its operators. */
export interface Demonstration {
  embedded: Embedded;
  clients: readonly DemoClient[];
  operators: Promise<readonly DemoOperator[]>;
  members: Promise<readonly DemoMember[]>;
}

/**
 * Starts the service with the gateways that the environment configures, and seeds the demonstration where there is one.
 * The result stops the service, then its gateways. `tell` is given each step that takes time.
 */
export async function run(
  environment: Environment,
  demonstration: Demonstration | undefined,
  tell: (step: string) => void,
): Promise<Pick<Service, 'management' | 'stop'>> {
  const { close, ...gateways } = configuredGateways(environment);
  const service = await startService(
    { environment, ...gateways },
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
  return {
    management: service.management,
    stop: async () => {
      await service.stop();
      await close();
    },
  };
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
