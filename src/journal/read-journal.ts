import { createReadStream, existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { journalFilesOf } from './journal-files.ts';
import { readJournalLine, type JournalLine } from './journal-line.ts';

/**
 * Reads a journal line by line: a file, also compressed (`.gz`), every file of a directory, the files of a
 * `JOURNAL_FILE`, or standard input (`-`). What is not a whole line of the journal is passed over.
 * Throws an error that names the path if there is no such file.
 */
export async function* readJournal(paths: readonly string[]): AsyncGenerator<JournalLine> {
  for (const path of paths) {
    if (path === '-') yield* linesOf(process.stdin);
    else for (const file of await filesAt(path)) yield* linesOf(streamOf(file));
  }
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

async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<JournalLine> {
  for await (const text of createInterface({ input: stream, crlfDelay: Infinity })) {
    const line = readJournalLine(text);
    if (line) yield line;
  }
}
