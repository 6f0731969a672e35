import { DELIVERY_KINDS } from '../../domain/delivery.ts';
import { isUuid } from '../../domain/uuid.ts';
import { refused } from '../../relying-parties/client-settings.ts';
import { readCommand, readReason, readSeconds, readWords } from '../terminal.ts';

/** What `--help` prints. */
export const USAGE = `npm run queue -- status                     what waits by kind, the oldest, and the jobs of the queues
npm run queue -- list [--kind=KIND] [--failed]   single ones: id, kind, age, attempts; with --failed, what was given up and why
npm run queue -- retry ID … | --older-than=10m [--kind=KIND]   has them sent now
npm run queue -- drop ID … | --older-than=10m [--kind=KIND]    drops them: what they were to say is not said

An ID is a number (a push or text message) or msg_… (an event for relying parties). The kinds are ${DELIVERY_KINDS.join(', ')},
and webhook. What a worker is sending stays with it.

  --kind=KIND         one kind alone; without it, retry and drop by age mean pushes and text messages, and no webhook
  --endpoint=ID       webhooks of this endpoint alone
  --older-than=AGE    all that are so old: 90s, 10m, 24h, 7d
  --failed            list only: the latest that a platform or an endpoint refused for good
  --limit=N           list only: at most so many, 50 by default
  --reason=TEXT       why, for the audit
  --json              print JSON for programs

Neither numbers nor texts are printed. Reads DATABASE_URL, KEYRING and REDIS_URL like the service. Exit code: 0 done,
1 refused, and nothing was changed.
`;

const SEE = 'See: npm run queue -- --help';
const WEBHOOK = 'webhook';
const MOST_LISTED = 1_000;

/** What was asked for, checked. */
export interface Wanted {
  command: keyof typeof TAKES;
  /** Ids of pushes and text messages. */
  ids: string[];
  /** Ids of events, as receivers see them. */
  eventIds: string[];
  kind: string | null;
  endpointId: string | null;
  /** Null where ids are given, and for all. */
  olderThanSeconds: number | null;
  failed: boolean;
  limit: number;
  reason: string | undefined;
  json: boolean;
}

const OPTIONS = {
  kind: { type: 'string' },
  endpoint: { type: 'string' },
  'older-than': { type: 'string' },
  failed: { type: 'boolean' },
  limit: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const TAKES = {
  status: [],
  list: ['kind', 'failed', 'limit', 'older-than'],
  retry: ['kind', 'endpoint', 'older-than', 'reason'],
  drop: ['kind', 'endpoint', 'older-than', 'reason'],
} as const satisfies Record<string, readonly (keyof typeof OPTIONS)[]>;

/** Reads the words after the command. Returns undefined when help is asked for. */
export function readArguments(words: string[]): Wanted | undefined {
  const { values, positionals } = readWords(words, OPTIONS, SEE);
  if (values.help) return undefined;
  const [first, ...named] = positionals;
  const command = readCommand(first, values, TAKES, SEE);
  const [ids, eventIds] = [/^\d{1,18}$/, /^msg_[\da-f]{32}$/].map((form) => named.filter((one) => form.test(one)));
  const changes = command === 'retry' || command === 'drop';
  if ((ids ?? []).length + (eventIds ?? []).length < named.length || (!changes && named.length > 0))
    throw refused(changes ? `An id is a number or msg_…. ${SEE}` : `${command} takes no further word. ${SEE}`);
  const age = values['older-than'];
  if (changes && named.length > 0 === (age !== undefined)) throw refused(`Give ids, or else --older-than. ${SEE}`);
  const { kind, endpoint, failed = false, json = false } = values;
  if (kind !== undefined && kind !== WEBHOOK && !DELIVERY_KINDS.some((one) => one === kind))
    throw refused(`Give one of the kinds ${[...DELIVERY_KINDS, WEBHOOK].join(', ')}.`);
  if (endpoint !== undefined && (!isUuid(endpoint) || (kind !== undefined && kind !== WEBHOOK)))
    throw refused('--endpoint takes the id of an endpoint, with --kind=webhook.');
  return {
    ...{ command, ids: ids ?? [], eventIds: eventIds ?? [], failed, json },
    kind: kind ?? (endpoint === undefined ? null : WEBHOOK),
    endpointId: endpoint ?? null,
    olderThanSeconds: age === undefined ? null : readAge(age),
    limit: readLimit(values.limit),
    reason: readReason(values.reason),
  };
}

function readAge(text: string): number {
  const seconds = readSeconds(text, 6);
  if (seconds === undefined) throw refused('The age must be a number and a unit, such as 90s, 10m, 24h or 7d.');
  return seconds;
}

function readLimit(text = '50'): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MOST_LISTED) return limit;
  throw refused(`The limit must be a whole number from 1 to ${MOST_LISTED}.`);
}
