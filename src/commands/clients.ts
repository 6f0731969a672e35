import 'reflect-metadata';
import { userInfo } from 'node:os';
import { readProcessEnvironment } from '../../config/environment.ts';
import { randomToken } from '../crypto/random.ts';
import { Database, type Session } from '../database/database.ts';
import { Problem } from '../domain/problem.ts';
import { joinRunning } from '../embedded/running-embedded.ts';
import { NOTHING_SENT } from '../gateways/nothing-sent.ts';
import { Audit } from '../operator/audit.ts';
import { Admission } from '../relying-parties/admission.ts';
import type { ClientSettings } from '../relying-parties/client-settings.ts';
import { readArguments, type Wanted } from './clients/arguments.ts';
import { asAdmitted, asFacts, asJson, asList } from './clients/output.ts';
import { USAGE } from './clients/usage.ts';
import { printing, withService } from './with-service.ts';

/** Admits relying parties, carriers and other clients, and ends them: `npm run client -- --help`. */

/** Random bytes of a client id that is made up. */
const ID_BYTES = 9;

const words = process.argv.slice(2);
const environment = readProcessEnvironment();
const wanted = orRefused(() => readArguments(words, environment.VENDOR_CODE));
if (wanted === undefined) {
  process.stdout.write(USAGE);
  process.exit(0);
}
await joinRunning(environment).catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
});
await withService(
  environment,
  (app) => printing(run(wanted, { admission: app.get(Admission), audit: app.get(Audit), database: app.get(Database) })),
  NOTHING_SENT,
);

interface Parts {
  admission: Admission;
  audit: Audit;
  database: Database;
}

async function run(
  { command, subject, id, settings, overlapSeconds, reason, json }: Wanted,
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
      const admitted = await acts(written({ name: subject, ...settings }), (session) =>
        admission.add(session, clientId, { ...others, name: subject, scopes }),
      );
      return json ? asJson({ clientId, clientSecret: admitted.secret }) : asAdmitted(admitted);
    }
    case 'change': {
      const changed = await acts(written(settings), (session) => admission.change(session, clientId, settings));
      return json
        ? asJson({ clientId, clientSecret: changed.secret })
        : `${clientId} is changed\n${changed.secret === null ? '' : asAdmitted(changed)}`;
    }
    case 'rotate': {
      const rotated = await acts(`the former secret serves for ${overlapSeconds} s`, (session) =>
        admission.rotate(session, clientId, overlapSeconds),
      );
      const { secret: clientSecret, formerEndsAt } = rotated;
      return json ? asJson({ clientId, clientSecret, formerEndsAt }) : asAdmitted(rotated, formerEndsAt);
    }
    case 'disable': {
      await acts('', (session) => admission.disable(session, clientId));
      return json ? asJson({ clientId, disabled: true }) : `${clientId} is disabled\n`;
    }
  }
}

/** Audits an act in its own transaction, under the name of the account that ran the command. */
async function audited<Result>(
  { audit, database }: Omit<Parts, 'admission'>,
  { action, reason }: { action: string; reason: string },
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  return database.transaction(async (session) => {
    const result = await work(session);
    await audit.done(session, { operator: `terminal:${accountName()}`, action, reason: reason || '-', address: '-' });
    return result;
  });
}

/** A container may run under a number that no account has. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** The settings of an act, as the audit keeps them. Of a JWKS it keeps that there was one. */
function written({ jwks, ...settings }: ClientSettings): string {
  const facts = Object.entries(settings).map(([name, value]) => `${name}=${String(value)}`);
  return [...facts, ...(jwks === undefined ? [] : ['jwks'])].join(', ');
}

function orRefused<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`${error.detail}\n`);
    process.exit(1);
  }
}
