import { parseArgs } from 'node:util';
import { INVITATION_DAYS, MEMBER_ROLES } from '../../domain/console.ts';
import { SHOWN_TEXT } from '../../http/plain-text.ts';
import { refused } from '../../relying-parties/client-settings.ts';

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

/** The words that each command takes, after its own, and its options besides `--json` and `--help`. */
const TAKES = {
  invite: { words: ['client id', 'name'], options: ['role', 'reason'] },
  list: { words: ['client id'], options: [] },
  end: { words: ['client id', 'login'], options: ['reason'] },
  withdraw: { words: ['client id', 'invitation id'], options: ['reason'] },
  disable: { words: ['login'], options: ['reason'] },
} as const satisfies Record<string, { words: readonly string[]; options: readonly string[] }>;

type Command = keyof typeof TAKES;

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
  const { values, positionals } = parse(words);
  if (values.help) return undefined;
  const [first = '', ...given] = positionals;
  // An account is of no single client.
  const [clientId = '', about = ''] = first === 'disable' ? ['', ...given] : given;
  const command = Object.keys(TAKES).find((one): one is Command => one === first);
  if (command === undefined) throw refused(`Give one of ${Object.keys(TAKES).join(', ')}. ${SEE}`);
  const takes: { words: readonly string[]; options: readonly string[] } = TAKES[command];
  const foreign = Object.keys(values).find((name) => name !== 'json' && !takes.options.includes(name));
  if (foreign !== undefined) throw refused(`${command} takes no --${foreign}. ${SEE}`);
  if (given.length !== takes.words.length)
    throw refused(`Give ${takes.words.map((word) => `one ${word}`).join(' and ')}. ${SEE}`);
  return {
    command,
    clientId,
    about,
    role: values.role ?? 'owner',
    reason: readReason(values.reason),
    json: values.json ?? false,
  };
}

function parse(words: string[]) {
  try {
    return parseArgs({ args: words, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split('. To specify');
    throw refused(`${sentence.replace(/\.$/, '')}. ${SEE}`);
  }
}

function readReason(text: string | undefined): string | undefined {
  const reason = text?.normalize('NFC').trim();
  if (reason === undefined || (reason.length <= 200 && SHOWN_TEXT.test(reason))) return reason;
  throw refused('The reason must be one line of 1 to 200 visible characters.');
}
