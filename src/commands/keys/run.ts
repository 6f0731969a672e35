import type { Environment } from '../../../config/environment.ts';
import { keyEntries, KEY_PARTS, withNewKey, withoutKey, withPromoted } from '../../crypto/keyring-changes.ts';
import type { KeyEntry } from '../../crypto/keyring-changes.ts';
import { parseKeyring } from '../../crypto/keyring.ts';
import { ServiceKeys } from '../../crypto/service-keys.ts';
import { publicPointOf } from '../../crypto/vapid-keys.ts';
import { connectTo, UNLIMITED, type DatabaseClient } from '../../database/database-client.ts';
import { Database } from '../../database/database.ts';
import { AuditModule } from '../../operator/audit.module.ts';
import { Audit } from '../../operator/audit.ts';
import { refused } from '../../relying-parties/client-settings.ts';
import { audited } from '../audited.ts';
import { asJson, table } from '../terminal.ts';
import { answerCommand } from '../with-rooms.ts';
import type { Wanted } from './arguments.ts';
import { prepareFile, readKeyringFile } from './keyring-file.ts';
import { browsersUnder, columnsUnder, hasOldIndexes, hasOldMemories, rowsUnder } from './needs.ts';

/** Seconds in which every process has read a changed file again: it looks every five. */
const READ_AGAIN_SECONDS = 60;

/**
 * Seconds for which something may need a key after another one took its place. field and vapid: a process that has not read
 * the change yet uses the former one; index: budgets of a day, and the answers
 * that `Idempotency-Key` keeps; code: codes live for three minutes; signing and rsa: tokens live for five minutes, and programs
 * may keep the JWKS for a day.
 */
const NEEDED_SECONDS = {
  field: READ_AGAIN_SECONDS,
  index: 86_400,
  code: 600,
  signing: 86_400,
  vapid: READ_AGAIN_SECONDS,
  rsa: 86_400,
} as const;

/** Does what the arguments ask for, and prints it. `path` is null where the keyring stands in the variable itself. */
export async function runKeysCommand(environment: Environment, wanted: Wanted, path: string | null): Promise<void> {
  await answerCommand(environment, [AuditModule], async (app) => {
    const client = await connectTo(environment.DATABASE_URL ?? '', UNLIMITED);
    try {
      if (wanted.command === 'list') {
        const text = path === null ? (environment.KEYRING ?? '') : await readKeyringFile(path);
        return await list(text, wanted, client);
      }
      const parts = { audit: app.get(Audit), database: app.get(Database), client };
      if (path !== null) return await change(path, wanted, parts);
      throw refused('The keyring is in KEYRING itself. Put it into a file, and give its path as KEYRING_FILE.');
    } finally {
      await client.end();
    }
  });
}

async function list(text: string, { rows, json }: Wanted, client: DatabaseClient): Promise<string> {
  const entries = keyEntries(text);
  const counts = rows
    ? await rowsUnder(
        client,
        entries.field.map(({ kid }) => kid),
      )
    : undefined;
  const keys = KEY_PARTS.flatMap((part) =>
    entries[part].map(({ kid, added, promoted, demoted }, at) => ({
      list: part,
      kid,
      use: at === 0 ? ('used' as const) : ('reads' as const),
      added: added ?? null,
      since: (at === 0 ? promoted : demoted) ?? added ?? null,
      ...(counts && part === 'field' && { rows: counts.get(kid) ?? 0 }),
    })),
  );
  if (json) return asJson(keys);
  const heads = ['LIST', 'KID', 'USE', 'SINCE', 'ADDED', ...(counts ? ['ROWS'] : [])];
  return table([
    heads,
    ...keys.map((one) => [
      ...[one.list, one.kid, one.use, one.since?.slice(0, 19) ?? '-', one.added?.slice(0, 19) ?? '-'],
      ...(counts ? [one.rows === undefined ? '' : String(one.rows)] : []),
    ]),
  ]);
}

interface Parts {
  audit: Audit;
  database: Database;
  client: DatabaseClient;
}

async function change(path: string, wanted: Wanted, { client, ...parts }: Parts): Promise<string> {
  const { command, part, reason, json } = wanted;
  const text = await readKeyringFile(path);
  const now = new Date();
  const { text: next, kid } = await changed(text, wanted, now, client);
  const file = await prepareFile(path, next);
  try {
    if ((await readKeyringFile(path)) !== text) throw refused(`${path} was changed meanwhile. Repeat the command.`);
    await audited(parts, { action: `key-${command} ${part} ${kid}`, reason: reason ?? '' }, () => Promise.resolve());
    await file.commit();
  } catch (error) {
    await file.abandon();
    throw error;
  }
  if (json) return asJson({ command, list: part, kid });
  return `${SAID[command as keyof typeof SAID](`${kid} of ${part}`)}\n`;
}

const SAID = {
  add: (key: string) =>
    `${key} is added. It reads everywhere once every process has read the file again: in a minute, ` +
    'or at once after SIGHUP; a process that was given a copy of it, after a restart. Then promote it.',
  promote: (key: string) =>
    `${key} is used as soon as a process has read the file again; where it was given a copy, after a restart. ` +
    'For field and index, run npm run reencrypt once every process uses it.',
  retire: (key: string) => `${key} is taken out. Keep no copy of a keyring that has it.`,
};

async function changed(
  text: string,
  { command, part, kid, force }: Wanted,
  now: Date,
  client: DatabaseClient,
): Promise<{ text: string; kid: string }> {
  if (command === 'add') return withNewKey(text, part, now);
  const entries = keyEntries(text)[part];
  const at = entries.findIndex((one) => one.kid === kid);
  const entry = entries[at];
  if (!entry) throw refused(`The list ${part} has no key ${kid}. See: npm run keys -- list`);
  if (command === 'promote') {
    if (at === 0) throw refused(`${kid} is the first of ${part} already.`);
    const left = READ_AGAIN_SECONDS - secondsSince(entry.added, now);
    if (left > 0 && !force)
      throw refused(`A process may not know ${kid} yet. Repeat in ${Math.ceil(left)} seconds, or with --force.`);
    return { text: withPromoted(text, part, kid, now), kid };
  }
  if (at === 0) throw refused(`${kid} is used. Promote another key of ${part} first: npm run keys -- add ${part}`);
  const need = await needOf(text, { part, entry, force }, now, client);
  if (need !== undefined) throw refused(`${kid} of ${part} is needed: ${need}`);
  return { text: withoutKey(text, part, kid), kid };
}

/** What still needs a key, and what to do about it; undefined when nothing does. */
async function needOf(
  text: string,
  { part, entry: { kid, added, demoted }, force }: { part: Wanted['part']; entry: KeyEntry; force: boolean },
  now: Date,
  client: DatabaseClient,
): Promise<string | undefined> {
  const ring = parseKeyring(text);
  const keys = new ServiceKeys(ring);
  // A key that was added and never promoted has made nothing.
  const isUnused = added !== undefined && demoted === undefined;
  if (part === 'field') {
    const columns = await columnsUnder(client, kid);
    if (columns.length > 0)
      return `${columns.join(', ')} ${columns.length === 1 ? 'is' : 'are'} encrypted under it. Run npm run reencrypt, and for what it leaves, which lives for minutes, wait.`;
  }
  if (part === 'index' && !isUnused) {
    if (await hasOldIndexes(client, keys)) return 'numbers of lines are found by it. Run npm run reencrypt.';
    if (await hasOldMemories(client, demoted ?? null))
      return 'holds of numbers that were given up are found by it. Wait until they have ended.';
  }
  if (part === 'vapid') {
    const pair = ring.vapid.find((one) => one.kid === kid);
    const browsers = pair ? await browsersUnder(client, keys, publicPointOf(pair.publicJwk)) : 0;
    if (browsers > 0 && !force)
      return `${browsers} browsers are subscribed under it, and get no push without it until their app is opened. Wait, or use --force.`;
  }
  if (isUnused) return undefined;
  const left = NEEDED_SECONDS[part] - secondsSince(demoted, now);
  // Also with --force: what such a process writes could be read by no other one.
  if (part === 'field' || part === 'vapid')
    return left > 0 ? `a process may still use it. Repeat in ${Math.ceil(left)} seconds.` : undefined;
  if (force) return undefined;
  if (demoted === undefined)
    return 'the keyring does not say since when it is not used. When that is long ago, use --force.';
  if (left <= 0) return undefined;
  return `what it made is valid until ${new Date(now.getTime() + 1_000 * left).toISOString().slice(0, 19)}Z. Repeat then, or use --force.`;
}

/** Seconds since a time of the keyring. A key that was written by hand has none: it is there for long. */
function secondsSince(time: string | undefined, now: Date): number {
  return time === undefined ? Infinity : (now.getTime() - Date.parse(time)) / 1_000;
}
