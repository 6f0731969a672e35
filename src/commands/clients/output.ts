import type { Admitted, ListedClient, ListedKey } from '../../relying-parties/admission.ts';

/** Milliseconds are more than a person reads. */
const time = (at: Date) => `${at.toISOString().slice(0, 19)}Z`;
const yes = (is: boolean) => (is ? 'yes' : 'no');
const texts = (list: readonly string[]) => (list.length === 0 ? ['none'] : [...list]);

/** Lines of a name and its values, aligned. */
function aligned(facts: readonly (readonly [string, string | readonly string[]])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts
    .flatMap(([name, value]) => [value].flat().map((line, at) => `${(at === 0 ? name : '').padEnd(width)}  ${line}\n`))
    .join('');
}

/** The columns that a text takes in a terminal: Korean letters take two. */
function widthOf(text: string): number {
  return Array.from(text).reduce(
    (sum, letter) => sum + (/[\p{Script=Hangul}\p{Script=Han}\u3000-\u30ff\uff00-\uff60]/u.test(letter) ? 2 : 1),
    0,
  );
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? '')))) ?? [];
  const line = (row: readonly string[]) =>
    row.map((text, column) => text + ' '.repeat((widths[column] ?? 0) - widthOf(text))).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

export function asList(clients: readonly Omit<ListedClient, 'keys'>[]): string {
  const heads = ['CLIENT ID', 'NAME', 'STATE', 'AUTHENTICATES BY', 'SCOPES'];
  const rows = clients.map(({ clientId, name, disabledAt, tokenEndpointAuthMethod, scopes }) => [
    clientId,
    name,
    disabledAt ? 'disabled' : 'in use',
    tokenEndpointAuthMethod ?? 'any of its keys',
    scopes.join(' '),
  ]);
  return table([heads, ...rows]);
}

export function asFacts(client: ListedClient): string {
  return aligned([
    ['client id', client.clientId],
    ['name', client.name],
    ['state', client.disabledAt ? `disabled since ${time(client.disabledAt)}` : 'in use'],
    ['admitted', time(client.createdAt)],
    ['scopes', client.scopes.join(' ')],
    ['authenticates by', client.tokenEndpointAuthMethod ?? 'any of its keys'],
    ['assertion audience', client.assertionAudience],
    ['return addresses', texts(client.returnUrls)],
    ['frame origins', texts(client.frameOrigins)],
    ['window host', client.windowHost ?? 'none'],
    ['vendor code', client.vendorCode ?? 'none'],
    ['starts per minute', String(client.startsPerMinute)],
    ['refuses SMS', yes(client.refusesSms)],
    ['requires registration', yes(client.requiresRegistration)],
    ['keys', client.keys.length === 0 ? 'none' : client.keys.map(keyLine)],
  ]);
}

function keyLine({ kind, kid, thumbprint, state, madeAt, endsAt, lastUsedAt }: ListedKey): string {
  const what = kind === 'secret' ? 'secret' : `key ${kid ?? thumbprint}`;
  const end = endsAt === null ? '' : `, ${state === 'ended' ? 'ended' : 'serves until'} ${time(endsAt)}`;
  const made = madeAt === null ? '' : `, made ${time(madeAt)}`;
  const used = lastUsedAt === null ? 'never used' : `last used ${time(lastUsedAt)}`;
  const replaced = state === 'ended' && endsAt === null ? ', replaced' : '';
  return `${what}${made}${end}${replaced}, ${used}`;
}

/** A secret is shown here, once. */
export function asAdmitted({ clientId, secret }: Admitted, formerEndsAt?: Date): string {
  return aligned([
    ['client id', clientId],
    ...(secret === null ? [] : [['client secret', `${secret}   (not shown again)`] as const]),
    ...(formerEndsAt === undefined ? [] : [['former secret', formerSentence(formerEndsAt)] as const]),
  ]);
}

function formerSentence(endsAt: Date): string {
  return endsAt > new Date() ? `serves until ${time(endsAt)}` : 'ended';
}

export function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
