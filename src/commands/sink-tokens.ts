import 'reflect-metadata';
import { readProcessEnvironment } from '../../config/environment.ts';
import { Database } from '../database/database.ts';
import { joinRunning } from '../embedded/running-embedded.ts';
import { NOTHING_SENT } from '../gateways/nothing-sent.ts';
import { Audit } from '../operator/audit.ts';
import { SinkTokens, type ListedSinkToken } from '../relying-parties/sink-tokens.ts';
import { audited } from './audited.ts';
import { readArguments, USAGE, type Wanted } from './sink-tokens/arguments.ts';
import { aligned, asJson, table, time } from './terminal.ts';
import { orRefused, printing, withService } from './with-service.ts';

/** Issues long-lived bearers for the carrier feed, and revokes them: `npm run sink-token -- --help`. */

const environment = readProcessEnvironment();
const wanted = orRefused(() => readArguments(process.argv.slice(2)));
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
  (app) => printing(run(wanted, { tokens: app.get(SinkTokens), audit: app.get(Audit), database: app.get(Database) })),
  NOTHING_SENT,
);

interface Parts {
  tokens: SinkTokens;
  audit: Audit;
  database: Database;
}

async function run({ command, subject, days, note, reason, json }: Wanted, parts: Parts): Promise<string> {
  const { tokens } = parts;
  const because = (what: string) => [reason, what].filter(Boolean).join('; ');
  switch (command) {
    case 'issue': {
      const act = { action: `sink-token-issue ${subject}`, reason: because(`${days} days`) };
      const issued = await audited(parts, act, (session) => tokens.issue(session, subject, days, note));
      const { id, clientId, token, expiresAt } = issued;
      return json
        ? asJson(issued)
        : aligned([
            ['client id', clientId],
            ['token id', id],
            ['sink token', `${token}   (not shown again)`],
            ['expires', time(expiresAt)],
          ]);
    }
    case 'list': {
      const listed = (await tokens.list(subject || null)).map((one) => ({ ...one, state: stateOf(one) }));
      return json ? asJson(listed) : asList(listed);
    }
    case 'revoke': {
      const act = { action: `sink-token-revoke ${subject}`, reason: because('') };
      await audited(parts, act, (session) => tokens.revoke(session, subject));
      return json ? asJson({ id: subject, revoked: true }) : `${subject} is revoked\n`;
    }
  }
}

function stateOf({ revokedAt, expiresAt, clientDisabledAt }: ListedSinkToken): string {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt <= new Date()) return 'expired';
  return clientDisabledAt === null ? 'serves' : 'client disabled';
}

function asList(tokens: readonly (ListedSinkToken & { state: string })[]): string {
  const heads = ['TOKEN ID', 'CLIENT ID', 'STATE', 'ISSUED', 'EXPIRES', 'LAST USED', 'NOTE'];
  const rows = tokens.map(({ id, clientId, state, issuedAt, expiresAt, lastUsedAt, note }) => [
    ...[id, clientId, state, time(issuedAt), time(expiresAt)],
    ...[lastUsedAt === null ? 'never' : time(lastUsedAt), note ?? ''],
  ]);
  return table([heads, ...rows]);
}
