import { parseArgs, type ParseArgsConfig } from 'node:util';
import { Problem } from '../domain/problem.ts';
import { SHOWN_TEXT } from '../http/plain-text.ts';
import { refused } from '../relying-parties/client-settings.ts';

/** Milliseconds are more than a person reads. */
export const time = (at: Date) => `${at.toISOString().slice(0, 19)}Z`;

/** Lines of a name and its values, aligned. */
export function aligned(facts: readonly (readonly [string, string | readonly string[]])[]): string {
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

export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => widthOf(row[column] ?? '')))) ?? [];
  const line = (row: readonly string[]) =>
    row.map((text, column) => text + ' '.repeat((widths[column] ?? 0) - widthOf(text))).join('  ');
  return rows.map((row) => `${line(row).trimEnd()}\n`).join('');
}

/** What a command prints for programs. */
export function asJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** What a command's words ask for. Words that are refused say why and end the process. */
export function orRefused<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`${error.detail}\n`);
    process.exit(1);
  }
}

/**
 * The options of a command that takes no words. Ends the process: after `usage` where help is asked for, and with `code`
 * after a word or an option that the command does not have.
 */
export function readOptions<Options extends NonNullable<ParseArgsConfig['options']>>(
  options: Options,
  usage: string,
  code = 2,
) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', short: 'h' } } });
    if (!(values as { help?: boolean }).help) return values;
    process.stdout.write(usage);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(code);
  }
  process.exit(0);
}

/** The words of a command by these options. Throws `invalid_request` with a sentence that ends in `see`. */
export function readWords<Options extends NonNullable<ParseArgsConfig['options']>>(
  words: string[],
  options: Options,
  see: string,
) {
  return orSee(see, () => parseArgs({ args: words, options, allowPositionals: true }));
}

/** What `parse` returns. An error of Node's own becomes `invalid_request` with its sentence, which ends in `see`. */
export function orSee<Result>(see: string, parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    if (error instanceof Problem) throw error;
    const [sentence = ''] = (error as Error).message.split('. To specify');
    throw refused(`${sentence.replace(/\.$/, '')}. ${see}`);
  }
}

/**
 * The command that the first word names. `takes` has the options of each command, besides `--json`. Throws
 * `invalid_request` for another word, and for an option that the command does not take.
 */
export function readCommand<Command extends string>(
  word: string | undefined,
  options: object,
  takes: Readonly<Record<Command, readonly string[]>>,
  see: string,
): Command {
  const commands = Object.keys(takes) as Command[];
  const command = commands.find((one) => one === word);
  if (command === undefined) throw refused(`Give one of ${commands.join(', ')}. ${see}`);
  const foreign = Object.keys(options).find((name) => name !== 'json' && !takes[command].includes(name));
  if (foreign !== undefined) throw refused(`${command} takes no --${foreign}. ${see}`);
  return command;
}

/** The reason of an act, for the audit: one line of 1 to 200 visible characters. */
export function readReason(text: string | undefined): string | undefined {
  return readLine(text, 'reason', 200);
}

/** One line of at most `length` visible characters. `what` names it in the sentence of a refusal. */
export function readLine(text: string | undefined, what: string, length: number): string | undefined {
  const line = text?.normalize('NFC').trim();
  if (line === undefined || (line.length <= length && SHOWN_TEXT.test(line))) return line;
  throw refused(`The ${what} must be one line of 1 to ${length} visible characters.`);
}

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** The seconds of a number of at most `digits` digits with its unit (90s, 10m, 24h, 7d); undefined for another text. */
export function readSeconds(text: string, digits: number): number | undefined {
  const [, number = '', unit] = /^(\d+)([smhd])$/.exec(text) ?? [];
  if (number === '' || number.length > digits) return undefined;
  return Number(number) * SECONDS[unit as keyof typeof SECONDS];
}
