/** Literals, parentheses and the verbs that begin a statement. */
const TOKENS = /'(?:[^']|'')*'|[()]|\b(?:SELECT|INSERT|UPDATE|DELETE|MERGE|TABLE|VALUES)\b/g;

const known = new Map<string, string>();

/**
 * The verb of a statement's text (`SELECT`, `INSERT`): behind `WITH`, that of its outermost part. Otherwise its first word.
 * Statements are literal, so each text is read once.
 */
export function operationOf(text: string): string {
  const found = known.get(text) ?? read(text);
  known.set(text, found);
  return found;
}

function read(text: string): string {
  const first = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? '';
  if (first !== 'WITH') return first;
  let depth = 0;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    else if (depth === 0 && !token.startsWith("'")) return token;
  }
  return first;
}
