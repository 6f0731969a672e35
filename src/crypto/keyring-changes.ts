import { newNamedKeys, newRsaKeys, newSigningKeys, parseKeyring } from './keyring.ts';

/** The lists of a keyring. `subject` is one key that never changes. */
export const KEY_PARTS = ['field', 'index', 'code', 'signing', 'vapid', 'rsa'] as const;
export type KeyPart = (typeof KEY_PARTS)[number];

/** What a keyring says about one of its keys. Times are RFC 3339; keys that were written by hand have none. */
export interface KeyEntry {
  kid: string;
  added?: string;
  /** Since when it is the first of its list. */
  promoted?: string;
  /** Since when it is no longer the first of its list. */
  demoted?: string;
}

const NEW_KEYS: Readonly<Record<KeyPart, () => [{ kid: string }]>> = {
  field: newNamedKeys,
  index: newNamedKeys,
  code: newNamedKeys,
  signing: newSigningKeys,
  vapid: newSigningKeys,
  rsa: newRsaKeys,
};

type File = Partial<Record<KeyPart, (KeyEntry & Record<string, unknown>)[]>>;

/** The keys of a keyring in their order: the first of a list is used, the others read. No secret is in the result. */
export function keyEntries(text: string): Record<KeyPart, KeyEntry[]> {
  const file = read(text);
  const shown = (part: KeyPart) =>
    (file[part] ?? []).map(({ kid, added, promoted, demoted }) => ({
      kid,
      ...(typeof added === 'string' && { added }),
      ...(typeof promoted === 'string' && { promoted }),
      ...(typeof demoted === 'string' && { demoted }),
    }));
  return Object.fromEntries(KEY_PARTS.map((part) => [part, shown(part)])) as Record<KeyPart, KeyEntry[]>;
}

/** A keyring's text with a new key at the end of a list, where it only reads; in a list without a key it is used at once. */
export function withNewKey(text: string, part: KeyPart, now: Date): { text: string; kid: string } {
  const file = read(text);
  const [made] = NEW_KEYS[part]();
  const list = file[part] ?? [];
  const times = { added: now.toISOString(), ...(list.length === 0 && { promoted: now.toISOString() }) };
  return { text: written({ ...file, [part]: [...list, { ...made, ...times }] }), kid: made.kid };
}

/** A keyring's text in which this key is the first of its list. The list must have it. */
export function withPromoted(text: string, part: KeyPart, kid: string, now: Date): string {
  const file = read(text);
  const [first, ...others] = file[part] ?? [];
  const wanted = others.find((one) => one.kid === kid);
  if (!first || !wanted) throw new Error(`keyring: no key ${kid} in "${part}" that is not the first`);
  const { demoted: _demoted, ...promoted } = { ...wanted, promoted: now.toISOString() };
  const rest = others.filter((one) => one !== wanted);
  return written({ ...file, [part]: [promoted, { ...first, demoted: now.toISOString() }, ...rest] });
}

/** A keyring's text without a key that is not the first of its list. */
export function withoutKey(text: string, part: KeyPart, kid: string): string {
  const file = read(text);
  const [first, ...others] = file[part] ?? [];
  return written({ ...file, [part]: [first, ...others.filter((one) => one.kid !== kid)] });
}

function read(text: string): File {
  parseKeyring(text);
  return JSON.parse(text) as File;
}

/** What is written can be read by the service. */
function written(file: object): string {
  const text = `${JSON.stringify(file, null, 2)}\n`;
  parseKeyring(text);
  return text;
}
