import { open, readdir, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { readJournalLine, type JournalLine } from './journal-line.ts';

/** A file of one process and one day: `journal.ndjson` becomes `journal-2026-11-28-<host>-<process>.ndjson`. */
function journalFileOf(path: string, at: Date): string {
  const { directory, stem, extension } = parts(path);
  const host = hostname().replace(/[^\w.-]/g, '_');
  return join(directory, `${stem}-${at.toISOString().slice(0, 10)}-${host}-${process.pid}${extension}`);
}

/** Every file that processes wrote for `JOURNAL_FILE`, by name. Empty if the directory does not exist. */
export async function journalFilesOf(path: string): Promise<string[]> {
  const { directory, stem, extension } = parts(path);
  const names = await readdir(directory).catch(() => []);
  return names
    .filter((name) => name.startsWith(`${stem}-`) && (name.endsWith(extension) || name.endsWith(`${extension}.gz`)))
    .sort()
    .map((name) => join(directory, name));
}

/** Bytes at the end of a file in which its last whole line stands. */
const TAIL_BYTES = 16_384;

/**
 * The newest line of each process: the one with its highest mark among the last lines of its files. Compressed files are
 * passed over, because they are older.
 */
export async function newestLinesOf(path: string, installation: string): Promise<JournalLine[]> {
  const newest = new Map<string | undefined, JournalLine>();
  for (const file of await journalFilesOf(path)) {
    if (file.endsWith('.gz')) continue;
    for (const line of await lastLinesOf(file)) {
      if (line.installation !== installation || line.mark === null) continue;
      if (line.mark > (newest.get(line.writer)?.mark ?? 0)) newest.set(line.writer, line);
    }
  }
  return [...newest.values()];
}

async function lastLinesOf(file: string): Promise<JournalLine[]> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    await handle.read(bytes, 0, bytes.length, size - bytes.length);
    return bytes
      .toString('utf8')
      .split('\n')
      .flatMap((text) => readJournalLine(text) ?? []);
  } finally {
    await handle.close();
  }
}

function parts(path: string): { directory: string; stem: string; extension: string } {
  const extension = extname(path);
  return { directory: dirname(path), stem: basename(path, extension), extension };
}

/** Where lines go. */
export interface JournalOutput {
  /** Resolves when the lines are where a crash of the machine leaves them. */
  append(lines: string, at: Date): Promise<void>;
  close(): Promise<void>;
}

/** Appends to the file of this process and this day (UTC). */
export class JournalFile implements JournalOutput {
  private handle: FileHandle | undefined;
  private name: string | undefined;

  constructor(private readonly path: string) {}

  async append(lines: string, at: Date): Promise<void> {
    try {
      const handle = await this.handleFor(at);
      await handle.appendFile(lines);
      await handle.datasync();
    } catch (error) {
      // A part of the lines may be written. The next attempt ends the torn line and appends all of them.
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { handle } = this;
    this.handle = undefined;
    await handle?.close().catch(() => undefined);
  }

  private async handleFor(at: Date): Promise<FileHandle> {
    const name = journalFileOf(this.path, at);
    // A file that was removed would take every further line with it.
    if (this.handle && (this.name !== name || (await this.handle.stat()).nlink === 0)) await this.close();
    if (this.handle) return this.handle;
    const handle = await open(name, 'a+', 0o600);
    this.handle = handle;
    this.name = name;
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    if (size > 0 && last.toString() !== '\n') await handle.appendFile('\n');
    await syncDirectory(dirname(name));
    return handle;
  }
}

/** Without this, a crash of the machine may lose the name of a new file. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } catch (error) {
    // Windows opens no directory for that.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  } finally {
    await directory.close();
  }
}

/** Standard output, which a collector keeps. */
export class JournalToOutput implements JournalOutput {
  append(lines: string): Promise<void> {
    return new Promise((resolve, reject) => {
      process.stdout.write(lines, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
