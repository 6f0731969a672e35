import type { Environment } from '../../../config/environment.ts';
import { MembersModule } from '../../console/members.module.ts';
import { Members, type Actor } from '../../console/members.ts';
import { INVITATION_DAYS } from '../../domain/console.ts';
import { isUuid } from '../../domain/uuid.ts';
import { refused } from '../../relying-parties/client-settings.ts';
import { terminalAccount } from '../audited.ts';
import { aligned, asJson, table, time } from '../terminal.ts';
import { answerCommand } from '../with-rooms.ts';
import type { Wanted } from './arguments.ts';

/** Does what the arguments ask for, and prints it. */
export async function runConsoleCommand(environment: Environment, wanted: Wanted): Promise<void> {
  await answerCommand(environment, [MembersModule], (app) => run(wanted, app.get(Members), environment.ISSUER));
}

async function run(
  { command, clientId, about, role, reason, json }: Wanted,
  members: Members,
  issuer: string,
): Promise<string> {
  const by: Actor = {
    login: terminalAccount(),
    address: '-',
    isAdministrator: true,
    ...(reason !== undefined && { reason }),
  };
  if (command === 'disable') {
    await members.disable(about, by);
    return json ? asJson({ login: about, disabled: true }) : `${about} is disabled\n`;
  }
  const client = await members.client(clientId);
  switch (command) {
    case 'invite': {
      const secret = await members.invite(client, { invitee: about, role }, by);
      const link = `${issuer}/console/invitations/${secret}`;
      return json
        ? asJson({ clientId, role, link })
        : aligned([
            ['client id', clientId],
            ['role', role],
            ['link', `${link}   (not shown again; serves once, within ${INVITATION_DAYS} days)`],
          ]);
    }
    case 'list': {
      const [listed, invitations] = await Promise.all([members.list(client), members.invited(client)]);
      if (json) return asJson({ members: listed, invitations });
      const people = listed.map((one) => [one.login, one.name, one.role, time(one.since)]);
      const waiting = invitations.map((one) => [one.id, one.invitee, one.role, time(one.expiresAt)]);
      return (
        table([['LOGIN', 'NAME', 'ROLE', 'SINCE'], ...people]) +
        (waiting.length === 0 ? '' : `\n${table([['INVITATION', 'FOR', 'ROLE', 'ENDS'], ...waiting])}`)
      );
    }
    case 'end': {
      const member = (await members.list(client)).find(({ login }) => login === about);
      if (!member || (await members.end(client, member, by)) !== 'done')
        throw refused(`No member of ${clientId} has the login ${about}. See: npm run console -- list ${clientId}`);
      return json ? asJson({ clientId, login: about, ended: true }) : `${about} is no member of ${clientId} any more\n`;
    }
    case 'withdraw': {
      if (!isUuid(about) || !(await members.withdraw(client, about, by)))
        throw refused(`No invitation of ${clientId} waits with this id. See: npm run console -- list ${clientId}`);
      return json ? asJson({ id: about, withdrawn: true }) : `the invitation ${about} is withdrawn\n`;
    }
  }
}
