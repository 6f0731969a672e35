import type { INestApplicationContext, Type } from '@nestjs/common';
import type { Environment } from '../../../config/environment.ts';
import { randomToken } from '../../crypto/random.ts';
import { ServiceKeys } from '../../crypto/service-keys.ts';
import { Database, type Session } from '../../database/database.ts';
import { AuditModule } from '../../operator/audit.module.ts';
import { Audit } from '../../operator/audit.ts';
import { Admission } from '../../relying-parties/admission.ts';
import { refused, RefusedChange, type ClientSettings } from '../../relying-parties/client-settings.ts';
import { RelyingPartiesModule } from '../../relying-parties/relying-parties.module.ts';
import { audited } from '../audited.ts';
import { asJson } from '../terminal.ts';
import { answerCommand } from '../with-rooms.ts';
import type { Wanted } from './arguments.ts';
import { asAdmitted, asFacts, asList, asRotated } from './output.ts';

/** Random bytes of a client id that is made up. */
const ID_BYTES = 9;

/** The rooms that the command needs. */
export const CLIENT_ROOMS: Type[] = [RelyingPartiesModule, AuditModule];

/** Does what the arguments ask for, and prints it. */
export async function runClientCommand(environment: Environment, wanted: Wanted): Promise<void> {
  await answerCommand(environment, CLIENT_ROOMS, (app) => answerClientCommand(app, wanted));
}

/** Does what the arguments ask for in these rooms; returns what is printed. Throws a Problem that says why it is refused. */
export async function answerClientCommand(app: INestApplicationContext, wanted: Wanted): Promise<string> {
  expectSignable(wanted.settings, app.get(ServiceKeys));
  const parts = { admission: app.get(Admission), audit: app.get(Audit), database: app.get(Database) };
  return run(wanted, parts).catch(withHint);
}

/** Says in the command's own words, too, what a refused change lacks. */
function withHint(error: unknown): never {
  if (error instanceof RefusedChange && error.hint !== undefined) throw refused(`${error.detail} ${error.hint}`);
  throw error;
}

function expectSignable({ idTokenSignedResponseAlg: algorithm }: ClientSettings, keys: ServiceKeys): void {
  if (algorithm !== undefined && !keys.canSign(algorithm))
    throw refused('The keyring has no key for RS256. Add one first: npm run keys -- add rsa');
}

interface Parts {
  admission: Admission;
  audit: Audit;
  database: Database;
}

async function run(
  { command, subject, id, settings, test, overlapSeconds, reason, json }: Wanted,
  { admission, ...parts }: Parts,
): Promise<string> {
  const clientId = command === 'add' ? (id ?? `client-${randomToken(ID_BYTES)}`) : subject;
  const acts = <Result>(what: string, work: (session: Session) => Promise<Result>) =>
    audited(
      parts,
      { action: `client-${command} ${clientId}`, reason: [reason, what].filter(Boolean).join('; ') },
      work,
    );
  switch (command) {
    case 'list': {
      const clients = await admission.list();
      return json ? asJson(clients) : asList(clients);
    }
    case 'show': {
      const client = await admission.show(clientId);
      return json ? asJson(client) : asFacts(client);
    }
    case 'add': {
      const { scopes = [], ...others } = settings;
      const admitted = await acts(written({ name: subject, ...settings }, test), (session) =>
        admission.add(session, clientId, { ...others, name: subject, scopes }, { hasTests: test === true }),
      );
      const { secret: clientSecret, testSecret: testClientSecret } = admitted;
      return json ? asJson({ clientId, clientSecret, testClientSecret }) : asAdmitted(admitted);
    }
    case 'change': {
      const changed = await acts(written(settings, test), (session) =>
        admission.change(session, clientId, settings, { endsTests: test === false }),
      );
      return json
        ? asJson({ clientId, clientSecret: changed.secret })
        : `${clientId} is changed\n${changed.secret === null ? '' : asAdmitted(changed)}`;
    }
    case 'rotate': {
      const isTest = test === true;
      const which = isTest ? 'test secret' : 'secret';
      const rotated = await acts(`the former ${which} serves for ${overlapSeconds} s`, (session) =>
        isTest
          ? admission.rotateTest(session, clientId, overlapSeconds)
          : admission.rotate(session, clientId, overlapSeconds),
      );
      const { secret: clientSecret, formerEndsAt } = rotated;
      const shown = { clientId, clientSecret, formerEndsAt, ...(isTest && { test: true }) };
      return json ? asJson(shown) : asRotated(rotated, isTest);
    }
    case 'disable': {
      await acts('', (session) => admission.disable(session, clientId));
      return json ? asJson({ clientId, disabled: true }) : `${clientId} is disabled\n`;
    }
  }
}

/** The settings of an act, as the audit keeps them. Of a JWKS it keeps that there was one. */
function written({ jwks, testJwks, ...settings }: ClientSettings, test: boolean | undefined): string {
  const facts = Object.entries({ ...settings, ...(test !== undefined && { test }) });
  return [
    ...facts.map(([name, value]) => `${name}=${String(value)}`),
    ...(jwks === undefined ? [] : ['jwks']),
    ...(testJwks === undefined ? [] : [testJwks === null ? 'testJwks=null' : 'testJwks']),
  ].join(', ');
}
