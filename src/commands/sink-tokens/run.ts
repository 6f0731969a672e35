import type { Environment } from '../../../config/environment.ts';
import { Database } from '../../database/database.ts';
import { AuditModule } from '../../operator/audit.module.ts';
import { Audit } from '../../operator/audit.ts';
import { SinkTokens, type IssuedSinkToken, type ListedSinkToken } from '../../relying-parties/sink-tokens.ts';
import { RelyingPartiesModule } from '../../relying-parties/relying-parties.module.ts';
import { audited } from '../audited.ts';
import { aligned, asJson, table, time } from '../terminal.ts';
import { answerCommand } from '../with-rooms.ts';
import type { Wanted } from './arguments.ts';

/** Does what the arguments ask for, and prints it. */
export async function runSinkTokenCommand(environment: Environment, wanted: Wanted): Promise<void> {
  await answerCommand(environment, [RelyingPartiesModule, AuditModule], (app) =>
    run(wanted, { tokens: app.get(SinkTokens), audit: app.get(Audit), database: app.get(Database) }),
  );
}

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
      const said = note === null ? '' : `, note=${note}`;
      const act = {
        action: `sink-token-issue ${subject}`,
        reason: ({ id }: IssuedSinkToken) => because(`token ${id}, ${days} days${said}`),
      };
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

function stateOf({ revokedAt, expiresAt, clientDisabledAt, hasScope }: ListedSinkToken): string {
  if (revokedAt !== null) return 'revoked';
  if (expiresAt <= new Date()) return 'expired';
  if (clientDisabledAt !== null) return 'client disabled';
  return hasScope ? 'serves' : 'client without scope';
}

function asList(tokens: readonly (ListedSinkToken & { state: string })[]): string {
  const heads = ['TOKEN ID', 'CLIENT ID', 'STATE', 'ISSUED', 'EXPIRES', 'LAST USED', 'NOTE'];
  const rows = tokens.map(({ id, clientId, state, issuedAt, expiresAt, lastUsedAt, note }) => [
    ...[id, clientId, state, time(issuedAt), time(expiresAt)],
    ...[lastUsedAt === null ? 'never' : time(lastUsedAt), note ?? ''],
  ]);
  return table([heads, ...rows]);
}
