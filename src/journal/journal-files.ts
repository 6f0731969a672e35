import { constants } from 'node:fs';
import { lstat, open, readdir, rm, stat, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, extname, join } from 'node:path';
import { readJournalLine, type JournalLine } from './journal-line.ts';

/** A file of one process and one day: `journal.ndjson` becomes `journal-2026-11-28-<host>-<process>.ndjson`. */
function journalFileOf(path: string, at: Date): string {
  const { directory, stem, extension } = parts(path);
  const host = hostname().replace(/[^\w.-]/g, '_');
  return join(directory, `${stem}-${at.toISOString().slice(0, 10)}-${host}-${process.pid}${extension}`);
}

/**
 * Every file that processes wrote for `JOURNAL_FILE`, by name. Empty if the directory does not exist. Throws the error of
 * the operating system for a directory that this process may not list.
 */
export async function journalFilesOf(path: string): Promise<string[]> {
  const { directory, stem, extension } = parts(path);
  const names = await readdir(directory).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  });
  return names
    .filter((name) => name.startsWith(`${stem}-`) && (name.endsWith(extension) || name.endsWith(`${extension}.gz`)))
    .sort()
    .map((name) => join(directory, name));
}

/** Bytes at the end of a file in which its last whole line stands. */
const TAIL_BYTES = 16_384;

/**
 * The newest line of each process: the one with its highest mark among the last lines of its files. Compressed files are
 * passed over, because they are older. Throws one line that begins with the variable if a file cannot be read: without it,
 * nobody knows whether the database was restored.
 */
export async function newestLinesOf(path: string, installation: string): Promise<JournalLine[]> {
  const newest = new Map<string | undefined, JournalLine>();
  const files = await journalFilesOf(path).catch((error: unknown) => {
    throw unreadable(dirname(path), error, 'Let the account of the service read this folder.');
  });
  for (const file of files) {
    if (file.endsWith('.gz')) continue;
    const lines = await lastLinesOf(file).catch((error: unknown) => {
      // It was compressed or moved away meanwhile.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw unreadable(file, error, OF_ANOTHER_ACCOUNT);
    });
    for (const line of lines) {
      if (line.installation !== installation || line.mark === null) continue;
      if (line.mark > (newest.get(line.writer)?.mark ?? 0)) newest.set(line.writer, line);
    }
  }
  return [...newest.values()];
}

const OF_ANOTHER_ACCOUNT =
  'Give it to the account of the service (chown), or move it away if it is no file of the journal.';

function unreadable(path: string, error: unknown, todo: string): Error {
  const { code = '' } = error as NodeJS.ErrnoException;
  return new Error(`JOURNAL_FILE: ${path} cannot be read (${code}). ${todo}`, { cause: error });
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

/** The user id that may change the owner of a file. */
const ROOT = 0;

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
    const handle = await this.created(name);
    this.handle = handle;
    this.name = name;
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    if (size > 0 && last.toString() !== '\n') await handle.appendFile('\n');
    await syncDirectory(dirname(name));
    return handle;
  }

  /** Opens the file. A new one that root creates goes to the account of the service. */
  private async created(name: string): Promise<FileHandle> {
    const owner = isRoot() ? await ownerOf(this.path) : undefined;
    // Follows no link, so that the account of the service can have no other file of root's given to it.
    const handle = await open(name, 'ax+', 0o600).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
    if (!handle) return openedAgain(name);
    if (!owner) return handle;
    try {
      await handle.chown(owner.uid, owner.gid);
      await handle.chmod(owner.mode);
      return handle;
    } catch (error) {
      await handle.close();
      // As a file of root's it would stop the next start of the service.
      await rm(name, { force: true });
      throw error;
    }
  }
}

/** Opens a file of the journal that exists, and nothing to which the account of the service may have linked its name. */
async function openedAgain(name: string): Promise<FileHandle> {
  const handle = await open(name, constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW);
  if (!isRoot()) return handle;
  const found = await handle.stat();
  if (found.isFile() && found.nlink === 1) return handle;
  await handle.close();
  throw new Error(`${name} is no file of its own. Move it away.`);
}

function isRoot(): boolean {
  return process.getuid?.() === ROOT;
}

/**
 * Owner and mode of a journal's next file. A command that root runs beside the service would otherwise leave a file that the
 * service cannot read at its next start. Before the service wrote one, the folder tells: where root owns it and the account of
 * the service has it by its group, the file is the group's too.
 */
async function ownerOf(path: string): Promise<{ uid: number; gid: number; mode: number }> {
  const files = await Promise.all((await journalFilesOf(path)).map((file) => lstat(file).catch(() => undefined)));
  const ofService = files.filter((file) => file?.isFile() === true && file.uid !== ROOT).at(-1);
  if (ofService) return { uid: ofService.uid, gid: ofService.gid, mode: ofService.mode & 0o666 };
  const { uid, gid, mode } = await stat(dirname(path));
  return { uid, gid, mode: uid === ROOT ? 0o600 | (mode & 0o060) : 0o600 };
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
