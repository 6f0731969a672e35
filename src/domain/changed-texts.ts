/**
 * Texts in place of others, by key: `customers.home.title`, `customers.home.how.steps.0`. The values of a function stand in
 * its text as `{1}`, `{2}`, in the order of its parameters.
 */
export type ChangedTexts = Readonly<Record<string, string>>;

/**
 * A copy of a room's texts with those replaced whose keys `changes` has; `prefix` is the first part of their keys. A replaced
 * function fills its values into the text. A key that no text has is left out.
 */
export function withChangedTexts<Texts extends object>(texts: Texts, prefix: string, changes: ChangedTexts): Texts {
  const copy: Record<string, unknown> = {};
  for (const [name, present] of Object.entries(texts) as [string, unknown][]) {
    const key = `${prefix}.${name}`;
    const change = Object.hasOwn(changes, key) ? changes[key] : undefined;
    if (change === undefined) {
      copy[name] = isGroup(present) ? withChangedTexts(present, key, changes) : present;
    } else {
      copy[name] = typeof present === 'function' ? (...values: unknown[]) => filled(change, values) : change;
    }
  }
  return (Array.isArray(texts) ? Object.values(copy) : copy) as Texts;
}

/** A text with its values in place of `{1}`, `{2}`. */
export function filled(text: string, values: readonly unknown[]): string {
  return text.replace(/\{(\d)\}/g, (_, at: string) => String(values[Number(at) - 1]));
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
