import { isUuid } from '../../domain/uuid.ts';
import { refused } from '../../relying-parties/client-settings.ts';
import { readCommand, readLine, readReason, readWords } from '../terminal.ts';

/** What `--help` prints. */
export const USAGE = `npm run sink-token -- issue <client-id> [--days=90] [--note=TEXT]   a token for the carrier feed, shown once
npm run sink-token -- list [client-id]                              all tokens, and when each was last used
npm run sink-token -- revoke <token-id>                             ends a token within a second, for good

A sink token is the bearer that a carrier's platform presents with the events of a CAMARA subscription
(sinkCredential), because it can get no access token. It opens POST /carrier/v1/events alone, in the name of one client
of the scope carrier; it ends when the client is disabled or loses the scope. At most 20 of one client serve at once.

  --days=N                    issue only: its life, 1 to 400 days, 90 by default
  --note=TEXT                 issue only: what it is for, at most 100 characters
  --reason=TEXT               why, for the audit
  --json                      print JSON for programs

Reads DATABASE_URL, KEYRING and JOURNAL_FILE like the service; without DATABASE_URL it finds the database
that npm start runs in DATA_DIR. Exit code: 0 done, 1 refused, and nothing was changed.
`;

const SEE = 'See: npm run sink-token -- --help';
const DEFAULT_DAYS = 90;
/** A little more than a year, so that a yearly change of tokens overlaps. */
const MAX_DAYS = 400;

/** What was asked for, checked. `subject` is a client id, or the token's id for `revoke`; empty for all. */
export interface Wanted {
  command: keyof typeof TAKES;
  subject: string;
  days: number;
  note: string | null;
  reason: string | undefined;
  json: boolean;
}

const OPTIONS = {
  days: { type: 'string' },
  note: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const TAKES = {
  issue: ['days', 'note', 'reason'],
  list: [],
  revoke: ['reason'],
} as const satisfies Record<string, readonly (keyof typeof OPTIONS)[]>;

/**
 * Reads the words after the command. Returns undefined when help is asked for. Throws `invalid_request` with a sentence
 * that says what to do.
 */
export function readArguments(words: string[]): Wanted | undefined {
  const { values, positionals } = readWords(words, OPTIONS, SEE);
  if (values.help) return undefined;
  const [first, subject = '', ...others] = positionals;
  const command = readCommand(first, values, TAKES, SEE);
  if (others.length > 0 || (subject === '' && command !== 'list')) {
    throw refused(`Give one ${command === 'revoke' ? 'token' : 'client'} id. ${SEE}`);
  }
  if (command === 'revoke' && !isUuid(subject)) throw refused(`That is no token id. ${SEE}`);
  return {
    command,
    subject,
    days: readDays(values.days),
    note: readLine(values.note, 'note', 100) ?? null,
    reason: readReason(values.reason),
    json: values.json ?? false,
  };
}

function readDays(text: string | undefined): number {
  const days = text === undefined ? DEFAULT_DAYS : /^[1-9]\d{0,2}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= MAX_DAYS) return days;
  throw refused(`The days must be a whole number from 1 to ${MAX_DAYS}.`);
}
