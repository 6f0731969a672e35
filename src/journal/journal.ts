import { Logger } from '@nestjs/common';
import { randomId } from '../crypto/random.ts';
import { RareWarnings } from '../process/rare-warnings.ts';
import type { ClosedDoor, DoorKeeper } from './closed-door.ts';
import { JournalFile, JournalToOutput, type JournalOutput } from './journal-files.ts';
import { writeJournalLine, WRITER_DAYS } from './journal-line.ts';
import { MarkConnection, type Mark } from './mark.ts';

/** Milliseconds that a caller waits for the journal. What it closed is closed in any case. */
const WAIT_MS = 2_000;
/** Milliseconds between two attempts to write. */
const RETRY_MS = 1_000;
/** Doors of one batch, and doors that wait while the journal cannot be written; the comparison finds further ones. */
const [BATCH, MOST_WAITING] = [5_000, 100_000];
/** Milliseconds for which a process remembers what it wrote, for the comparison with the tables. */
const REMEMBERED_MS = 5 * 60_000;

/** Milliseconds for which the database certainly remembers the last mark of this process. */
const OWN_MS = (WRITER_DAYS / 2) * 86_400_000;

interface Waiting {
  at: Date;
  closed: ClosedDoor;
  /** Whether it is worth nothing without a mark. */
  needsMark: boolean;
  /** Called when it is written, or dropped for want of a mark. */
  done: (isWritten: boolean) => void;
}

/**
 * The journal of closed doors, outside the database. Doors that close at the same time share a mark, a write and an
 * fdatasync. A caller awaits `record` after the commit, so that what was answered is in the journal.
 *
 * While it cannot be written, the process is not ready, callers wait no longer than two seconds, and what closed waits
 * in memory.
 */
export class Journal implements DoorKeeper {
  private readonly logger = new Logger(Journal.name);
  private readonly warnings = new RareWarnings(this.logger);
  private readonly output: JournalOutput | undefined;
  private readonly marks: MarkConnection;
  /** Names this process in its lines. */
  private readonly writer = randomId();
  private readonly remembered = new Map<string, number>();
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;
  /** The last mark that this process saw. */
  private last: Mark | undefined;
  /** The last one that it took itself. The database forgets it after a year (`WRITER_DAYS`). */
  private own = { mark: 0, at: 0 };
  private stopped = false;
  /** Lines that this process wrote. */
  written = 0;
  /** True while the journal cannot be written, or the database was found to be restored. */
  isFailing = false;

  /** `file` is `JOURNAL_FILE`: a path, `-` for standard output, undefined for no journal. */
  constructor(
    file: string | undefined,
    databaseUrl: string,
    private readonly stopProcess: () => void = () => process.kill(process.pid, 'SIGTERM'),
  ) {
    this.marks = new MarkConnection(databaseUrl);
    if (file !== undefined) this.output = file === '-' ? new JournalToOutput() : new JournalFile(file);
  }

  /** Whether there is a journal. */
  get isKept(): boolean {
    return this.output !== undefined;
  }

  /** Doors that are not written yet. */
  get left(): number {
    return this.waiting.length;
  }

  /** Notes where the database stands. Throws an error that names the variable if the journal cannot be written. */
  async open(): Promise<void> {
    if (!this.output) return;
    const { installation, epoch, value } = await this.marks.recorded();
    this.last = { installation, epoch, value };
    try {
      await this.output.append('', new Date());
    } catch (error) {
      throw new Error(`JOURNAL_FILE: cannot be written: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Writes what closed; resolves when it is on disk, or after two seconds if it cannot be written. */
  async record(doors: readonly ClosedDoor[]): Promise<void> {
    await this.keep(doors, { needsMark: false });
  }

  /**
   * Records what the tables have and this process has not written within the last minutes: another one died before it
   * could. It is written with a mark or not at all, because only a mark tells that the tables are not those of a
   * database that was put back, whose standings are older. Throws an error if it is not written.
   */
  async recordMissing(doors: readonly ClosedDoor[]): Promise<void> {
    const oldest = Date.now() - REMEMBERED_MS;
    for (const [key, at] of this.remembered) if (at < oldest) this.remembered.delete(key);
    const missing = doors.filter((closed) => !this.remembered.has(JSON.stringify(closed)));
    const isWritten = await this.keep(missing, { needsMark: true });
    if (!isWritten || this.isFailing) throw new Error('the journal cannot be written');
  }

  /** Resolves with whether everything is on disk. */
  private async keep(doors: readonly ClosedDoor[], { needsMark }: Pick<Waiting, 'needsMark'>): Promise<boolean> {
    if (!this.output || doors.length === 0) return true;
    const at = new Date();
    return new Promise<boolean>((resolve) => {
      const late = setTimeout(() => resolve(false), WAIT_MS);
      let left = doors.length;
      let areAllWritten = true;
      const done = (isWritten: boolean): void => {
        areAllWritten &&= isWritten;
        left -= 1;
        if (left > 0) return;
        clearTimeout(late);
        resolve(areAllWritten);
      };
      for (const closed of doors) this.waiting.push({ at, closed, needsMark, done });
      if (this.waiting.length > MOST_WAITING) this.waiting.splice(0, this.waiting.length - MOST_WAITING);
      this.write();
    });
  }

  /** Writes what still waits, once, and closes. */
  async close(): Promise<void> {
    this.stopped = true;
    await this.writing;
    if (this.waiting.length > 0) await this.writeBatch().catch((error: unknown) => this.fail(error as Error));
    if (this.waiting.length > 0) this.logger.error(`${this.waiting.length} closed doors are not in the journal`);
    await Promise.all([this.output?.close(), this.marks.close()]);
  }

  /** Starts writing one batch after another until nothing waits, unless that goes on already. */
  private write(): void {
    this.writing ??= this.writeAll();
  }

  private async writeAll(): Promise<void> {
    try {
      while (this.waiting.length > 0) {
        try {
          await this.writeBatch();
          this.isFailing = this.stopped && this.isFailing;
        } catch (error) {
          this.fail(error as Error);
          if (this.stopped) return;
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    } finally {
      // In the same turn as the last look at what waits: a door that comes later starts the next round.
      this.writing = undefined;
    }
  }

  private async writeBatch(): Promise<void> {
    const batch = this.waiting.slice(0, BATCH);
    const mark = await this.nextMark();
    const isWritten = ({ needsMark }: Waiting) => mark !== undefined || !needsMark;
    const written = batch.filter(isWritten);
    const { installation = '', epoch = 0 } = mark ?? this.last ?? {};
    const lines = written.map(({ at, closed }) =>
      writeJournalLine({
        at: at.toISOString(),
        installation,
        epoch,
        writer: this.writer,
        mark: mark?.value ?? null,
        closed,
      }),
    );
    await this.output?.append(lines.join(''), new Date());
    const isOver = new Set(batch);
    this.waiting = this.waiting.filter((one) => !isOver.has(one));
    this.written += written.length;
    const now = Date.now();
    for (const one of batch) one.done(isWritten(one));
    for (const { closed } of written) {
      // A code has no place in the comparison, and there are many.
      if (closed.door !== 'code_spent') this.remembered.set(JSON.stringify(closed), now);
    }
  }

  /**
   * Takes a mark. Undefined while the database does not answer, and from a database that was put back under the running
   * service: the lines are written all the same.
   */
  private async nextMark(): Promise<Mark | undefined> {
    let mark: Mark | undefined;
    try {
      const own = Date.now() - this.own.at < OWN_MS ? this.own.mark : 0;
      mark = await this.marks.raise(this.writer, { own, seen: this.last?.value ?? 0 });
    } catch (error) {
      this.warnings.warn('journal', `the database gives no mark: ${(error as Error).message}`);
      if (this.last === undefined) throw error;
      return undefined;
    }
    if (mark === undefined) await this.stopBecauseRestored();
    if (mark) {
      this.last = mark;
      this.own = { mark: mark.value, at: Date.now() };
    }
    return mark;
  }

  private async stopBecauseRestored(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    this.isFailing = true;
    this.logger.fatal('the database is older than the journal: it was restored. Run npm run after-restore');
    await this.marks.foundRestored().catch(() => undefined);
    this.stopProcess();
  }

  private fail(error: Error): void {
    this.isFailing = true;
    this.warnings.warn('journal', `${this.waiting.length} closed doors wait: ${error.message}`);
  }
}
