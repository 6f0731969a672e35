/** What a template can name of a message. */
export interface TemplateValues {
  id: string;
  /** E.164, with the plus sign. */
  to: string;
  from: string;
  text: string;
  validitySeconds: number;
  receiptUrl?: string | undefined;
}

/** The names that stand between braces. `toLocal` is a Korean number as it is dialled in Korea: `01012345678`. */
const TEMPLATE_NAMES = ['to', 'toLocal', 'text', 'from', 'id', 'validitySeconds', 'receiptUrl'] as const;
type TemplateName = (typeof TEMPLATE_NAMES)[number];

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The body of a broker's own interface: JSON whose strings hold placeholders, such as `{ "dest": "{{to}}" }`. */
export class SmsTemplate {
  readonly #shape: unknown;
  readonly #names: ReadonlySet<string>;

  /** Throws an error whose message says what is wrong, without a word of the template. */
  constructor(text: string) {
    this.#shape = shapeOf(text);
    const names = new Set<string>();
    each(this.#shape, (one) => {
      for (const [, name = ''] of one.matchAll(PLACEHOLDER)) names.add(name);
    });
    if ([...names].some((name) => !TEMPLATE_NAMES.includes(name as TemplateName)))
      throw new Error(`must name nothing in {{ }} but ${TEMPLATE_NAMES.join(', ')}`);
    if (!names.has('text')) throw new Error('must have {{text}} in one of its strings');
    if (!names.has('to') && !names.has('toLocal'))
      throw new Error('must have {{to}} or {{toLocal}} in one of its strings');
    this.#names = names;
  }

  names(name: TemplateName): boolean {
    return this.#names.has(name);
  }

  /**
   * The body for one message. A value is put into a parsed string and never into JSON text, so no message changes the
   * shape. A string that is nothing but `{{validitySeconds}}` becomes a number.
   */
  fill({ id, to, from, text, validitySeconds, receiptUrl = '' }: TemplateValues): unknown {
    const toLocal = to.replace(/^\+82/, '0');
    const values: Record<TemplateName, string> = {
      ...{ id, to, toLocal, from, text, receiptUrl },
      validitySeconds: String(validitySeconds),
    };
    const filled = (one: string): string | number =>
      /^\{\{\s*validitySeconds\s*\}\}$/.test(one)
        ? validitySeconds
        : // By a function: a `$&` in a text stays what it is.
          one.replace(PLACEHOLDER, (_, name: TemplateName) => values[name]);
    return mapped(this.#shape, filled);
  }
}

function shapeOf(text: string): unknown {
  let shape: unknown;
  try {
    shape = JSON.parse(text);
  } catch {
    throw new Error('must be JSON');
  }
  if (typeof shape !== 'object' || shape === null) throw new Error('must be a JSON object or array');
  return shape;
}

function each(node: unknown, visit: (text: string) => void): void {
  mapped(node, (text) => {
    visit(text);
    return text;
  });
}

/** A copy of a JSON value with each of its strings replaced. Names of members stay. */
function mapped(node: unknown, change: (text: string) => string | number): unknown {
  if (typeof node === 'string') return change(node);
  if (Array.isArray(node)) return node.map((one) => mapped(one, change));
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(Object.entries(node).map(([name, one]) => [name, mapped(one, change)]));
}
