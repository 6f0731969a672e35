import { createReadStream, existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { journalFilesOf } from './journal-files.ts';
import { readJournalLine, type JournalLine } from './journal-line.ts';

/**
 * Reads a journal line by line: a file, also compressed (`.gz`), every file of a directory, the files of a
 * `JOURNAL_FILE`, a pipe, or standard input (`-`). What is not a whole line of the journal is passed over.
 * Throws an error that names the path if there is no such file, and at the end of a pipe without any line.
 */
export async function* readJournal(paths: readonly string[]): AsyncGenerator<JournalLine> {
  for (const path of paths) {
    if (await isReadOnce(path)) yield* someLines(path, linesOf(path === '-' ? process.stdin : streamOf(path)));
    else for (const file of await filesAt(path)) yield* linesOf(streamOf(file));
  }
}

/**
 * Requires that each path leads to a journal: a file, or files, with a line of one. The file of a process that closed
 * nothing is empty, and counts beside another path. Throws an error that names the path, so that a wrong one does not look
 * like a journal in which nothing was closed. A pipe is not looked at: see {@link readJournal}.
 */
export async function requireJournal(paths: readonly string[]): Promise<void> {
  const once = await Promise.all(paths.map((path) => isReadOnce(path)));
  const sources = paths.filter((_, at) => once[at] === false);
  const found = await Promise.all(sources.map((path) => contentOf(path)));
  const isAnyWritten = found.includes('lines') || sources.length < paths.length;
  const wrong = sources.find((_, at) => found[at] === 'none' || (found[at] === 'empty' && !isAnyWritten));
  if (wrong !== undefined) throw noJournal(wrong);
}

/** Whether a path is a pipe or a device, such as standard input: what was read of it is gone. */
async function isReadOnce(path: string): Promise<boolean> {
  if (path === '-') return true;
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

/** Whether a path has lines of a journal, nothing but empty files, or something else. */
async function contentOf(path: string): Promise<'lines' | 'empty' | 'none'> {
  const lines = readJournal([path]);
  const first = await lines.next();
  await lines.return(undefined);
  if (first.done !== true) return 'lines';
  const files = await Promise.all((await filesAt(path)).map((file) => stat(file)));
  return files.length > 0 && files.every((file) => file.isFile() && file.size === 0) ? 'empty' : 'none';
}

function noJournal(path: string): Error {
  const todo = 'Name the files of JOURNAL_FILE, or give --no-journal if there is no journal.';
  return new Error(`${path === '-' ? 'standard input' : path}: it has no line of a journal. ${todo}`);
}

async function filesAt(path: string): Promise<string[]> {
  if (!existsSync(path)) {
    const files = await journalFilesOf(path);
    if (files.length === 0)
      throw new Error(`${path}: there is no such file, and no file of a JOURNAL_FILE of that name`);
    return files;
  }
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => join(path, name));
}

function streamOf(file: string): NodeJS.ReadableStream {
  const stream = createReadStream(file);
  if (!file.endsWith('.gz')) return stream;
  const plain = createGunzip();
  stream.on('error', (error) => plain.destroy(error));
  return stream.pipe(plain);
}

async function* someLines(path: string, lines: AsyncGenerator<JournalLine>): AsyncGenerator<JournalLine> {
  let isAny = false;
  for await (const line of lines) {
    isAny = true;
    yield line;
  }
  if (!isAny) throw noJournal(path);
}

async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<JournalLine> {
  for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
    const line = readJournalLine(text);
    if (line) yield line;
  }
}
