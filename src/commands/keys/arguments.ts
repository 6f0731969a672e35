import { KEY_PARTS, type KeyPart } from '../../crypto/keyring-changes.ts';
import { refused } from '../../relying-parties/client-settings.ts';
import { readCommand, readReason, readWords } from '../terminal.ts';

/** What `--help` prints. */
export const USAGE = `npm run keys -- list [--rows]            the keys, which one of each list is used, and since when
npm run keys -- add <list>               a new key at the end of its list: every process learns to read with it
npm run keys -- promote <list> <kid>     makes it the first of its list: from now on it is used
npm run keys -- retire <list> <kid>      takes a key out that nothing needs any more; otherwise says what does

The lists are field, index, code, signing, vapid and rsa. To change a key: add, a minute later promote, then npm run reencrypt
(for field and index), then retire. Running processes read the file again within seconds, or at once on SIGHUP. Those that
were given a copy of it (systemd's LoadCredential, a single mounted file) see no change: restart every one of them after add
and after promote.

  --rows          list only: counts the rows that are encrypted under each key of field, which reads every table
  --force         promote and retire only: does not wait. For a key that was stolen; what still needs the key is lost.
                  It takes out no key under which rows are encrypted or found
  --reason=TEXT   why, for the audit
  --json          print JSON for programs

It changes the file KEYRING_FILE, or the one that npm start made in DATA_DIR, at once and as a whole. It prints no key.
Reads DATABASE_URL like the service. Exit code: 0 done, 1 refused, and nothing was changed.
`;

const SEE = 'See: npm run keys -- --help';

/** What was asked for, checked. */
export interface Wanted {
  command: keyof typeof TAKES;
  /** The list; for `list` it says nothing. */
  part: KeyPart;
  kid: string;
  rows: boolean;
  force: boolean;
  reason: string | undefined;
  json: boolean;
}

const OPTIONS = {
  rows: { type: 'boolean' },
  force: { type: 'boolean' },
  reason: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const TAKES = {
  list: ['rows'],
  add: ['reason'],
  promote: ['force', 'reason'],
  retire: ['force', 'reason'],
} as const satisfies Record<string, readonly (keyof typeof OPTIONS)[]>;

/** The words that each command takes after its own. */
const WORDS = { list: [], add: ['a list'], promote: ['a list', 'a kid'], retire: ['a list', 'a kid'] } as const;

/** Reads the words after the command. Returns undefined when help is asked for. */
export function readArguments(words: string[]): Wanted | undefined {
  const { values, positionals } = readWords(words, OPTIONS, SEE);
  if (values.help) return undefined;
  const [first, ...named] = positionals;
  const command = readCommand(first, values, TAKES, SEE);
  const [list = 'field', kid = ''] = named;
  const part = KEY_PARTS.find((one) => one === list);
  if (part === undefined) throw refused(`Give one of the lists ${KEY_PARTS.join(', ')}. ${SEE}`);
  if (named.length !== WORDS[command].length)
    throw refused(`Give ${WORDS[command].join(' and ') || 'no further word'}. ${SEE}`);
  const { rows = false, force = false, json = false } = values;
  return { command, part, kid, rows, force, json, reason: readReason(values.reason) };
}
