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

/** The words of a command by these options. Throws `invalid_request` with a sentence that ends in `see`. */
export function readWords<Options extends NonNullable<ParseArgsConfig['options']>>(
  words: string[],
  options: Options,
  see: string,
) {
  try {
    return parseArgs({ args: words, options, allowPositionals: true });
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split('. To specify');
    throw refused(`${sentence.replace(/\.$/, '')}. ${see}`);
  }
}

/** The reason of an act, for the audit: one line of 1 to 200 visible characters. */
export function readReason(text: string | undefined): string | undefined {
  const line = text?.normalize('NFC').trim();
  if (line === undefined || (line.length <= 200 && SHOWN_TEXT.test(line))) return line;
  throw refused('The reason must be one line of 1 to 200 visible characters.');
}
