import { brand } from './brand.ts';

type Group = Record<string, unknown>;

/**
 * Puts the texts that the operator of the service changed into the texts of a room. The server has checked keys and
 * placeholders; a key of a text that this version no longer has is left out.
 */
export function withChangedWords<Texts extends object>(room: string, texts: Texts): Texts {
  for (const [key, text] of Object.entries(brand.words ?? {})) {
    const [first, ...path] = key.split('.');
    const last = path.pop();
    if (first !== room || last === undefined) continue;
    let group: unknown = texts;
    for (const name of path) group = isGroup(group) ? group[name] : undefined;
    if (!isGroup(group) || !Object.hasOwn(group, last)) continue;
    group[last] = typeof group[last] === 'function' ? (...values: unknown[]) => filled(text, values) : text;
  }
  return texts;
}

function filled(text: string, values: readonly unknown[]): string {
  return text.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at) - 1]));
}

function isGroup(value: unknown): value is Group {
  return typeof value === 'object' && value !== null;
}
