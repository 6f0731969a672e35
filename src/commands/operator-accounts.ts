import 'reflect-metadata';
import { readProcessEnvironment } from '../../config/environment.ts';
import type { OperatorRole } from '../domain/operator.ts';
import { OperatorsModule } from '../operator/operators.module.ts';
import { Operators } from '../operator/operators.ts';
import { answerCommand } from './with-rooms.ts';

/**
 * Manages the accounts of the operators' desk:
 *
 *   npm run operator -- add <login> <name> <viewer|agent|supervisor>
 *   npm run operator -- disable <login>
 *   npm run operator -- list
 *
 * `add` prints a password, which the operator changes at the first sign-in, and the URI for an authenticator app. Both
 * are stored nowhere and never printed again: an operator who lost them gets another account.
 */

const USAGE = `npm run operator -- add <login> <name> <viewer|agent|supervisor>   a new account; its password is shown once
npm run operator -- disable <login>                                 ends its sessions, and it cannot sign in again
npm run operator -- list                                            login, role, name and state of each account

Exit code: 0 done, 1 failed, 2 wrong use.
`;

const [command, ...given] = process.argv.slice(2);
if (['--help', '-h'].some((word) => process.argv.slice(2).includes(word))) {
  process.stdout.write(USAGE);
  process.exit(0);
}
const wanted = { add: 3, disable: 1, list: 0 }[command ?? ''];
if (wanted !== given.length) {
  process.stderr.write(USAGE);
  process.exit(2);
}

const environment = readProcessEnvironment();
await answerCommand(environment, [OperatorsModule], (app) => run(app.get(Operators), given));

async function run(operators: Operators, [login = '', name = '', role = '']: string[]): Promise<string> {
  if (command === 'add') {
    const { password, totpUri } = await operators.add({ login, name, role: role as OperatorRole });
    return `login: ${login}\npassword for the first sign-in: ${password}\nauthenticator app: ${totpUri}\n`;
  }
  if (command === 'disable') {
    await operators.disable(login);
    return `${login} is disabled\n`;
  }
  const all = await operators.list();
  return all
    .map((one) => [one.login, one.role, one.name, one.disabledAt ? 'disabled' : 'in use'].join('\t') + '\n')
    .join('');
}
