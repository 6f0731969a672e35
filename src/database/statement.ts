/** A literal SQL statement with a name. PostgreSQL parses and plans it once per connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  /**
   * Tables of other rooms that the statement writes, each with the reason why it must be the same statement.
   * `npm run check:statements` refuses a write across rooms that is not declared here.
   */
  readonly writes?: Readonly<Record<string, string>>;
}

/** Every statement of the program by name, for `npm run check:statements`. */
export const STATEMENTS = new Map<string, Statement>();

/** Declares a statement. Throws if the name exists already: PostgreSQL would run the first statement for both. */
export function statement(name: string, text: string, declared: Pick<Statement, 'writes'> = {}): Statement {
  if (STATEMENTS.has(name)) throw new Error(`two statements are named ${name}`);
  const one: Statement = { name, text, ...declared };
  STATEMENTS.set(name, one);
  return one;
}
