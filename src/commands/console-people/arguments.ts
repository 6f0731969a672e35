import { INVITATION_DAYS, MEMBER_ROLES } from '../../domain/console.ts';
import { refused } from '../../relying-parties/client-settings.ts';
import { readCommand, readReason, readWords } from '../terminal.ts';

/** What `--help` prints. */
export const USAGE = `npm run console -- invite <client-id> <name> [--role=owner]   a link by which a person joins, shown once
npm run console -- list <client-id>                           members, and invitations that wait
npm run console -- end <client-id> <login>                    ends a membership at once, for good
npm run console -- withdraw <client-id> <invitation-id>       withdraws an invitation
npm run console -- disable <login>                            ends an account everywhere, as when an authenticator is lost

The console at /console is for the people of a relying party. The first owner comes by this command, and invites the
others. A link serves once, within ${INVITATION_DAYS} days; hand it over by a way that only the person reads.

  --role=ROLE                 invite only: ${MEMBER_ROLES.join(', ')}; owner by default
  --reason=TEXT               why, for the audit
  --json                      print JSON for programs

Reads DATABASE_URL, KEYRING, ISSUER and JOURNAL_FILE like the service; without DATABASE_URL it finds the database
that npm start runs in DATA_DIR. Exit code: 0 done, 1 refused, and nothing was changed.
`;

const SEE = 'See: npm run console -- --help';

/** The options of each command besides `--json` and `--help`. */
const TAKES = {
  invite: ['role', 'reason'],
  list: [],
  end: ['reason'],
  withdraw: ['reason'],
  disable: ['reason'],
} as const;

type Command = keyof typeof TAKES;

/** The words that each command takes after its own. */
const WORDS: Readonly<Record<Command, readonly string[]>> = {
  invite: ['client id', 'name'],
  list: ['client id'],
  end: ['client id', 'login'],
  withdraw: ['client id', 'invitation id'],
  disable: ['login'],
};

/** What was asked for, checked. `about` is the name of an invited person, a login or the id of an invitation. */
export interface Wanted {
  command: Command;
  clientId: string;
  about: string;
  role: string;
  reason: string | undefined;
  json: boolean;
}

const OPTIONS = {
  role: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the words after the command. Returns undefined when help is asked for. Throws `invalid_request` with a sentence
 * that says what to do.
 */
export function readArguments(words: string[]): Wanted | undefined {
  const { values, positionals } = readWords(words, OPTIONS, SEE);
  if (values.help) return undefined;
  const [first, ...given] = positionals;
  // An account is of no single client.
  const [clientId = '', about = ''] = first === 'disable' ? ['', ...given] : given;
  const command = readCommand(first, values, TAKES, SEE);
  if (given.length !== WORDS[command].length)
    throw refused(`Give ${WORDS[command].map((word) => `one ${word}`).join(' and ')}. ${SEE}`);
  return {
    command,
    clientId,
    about,
    role: values.role ?? 'owner',
    reason: readReason(values.reason),
    json: values.json ?? false,
  };
}
