import { Injectable, Logger } from '@nestjs/common';
import { Database, type Connection } from '../database/database.ts';
import { statement } from '../database/statement.ts';
import { Loops } from '../process/loops.ts';
import { RareWarnings } from '../process/rare-warnings.ts';

/**
 * Work that repeats for as long as workers run.
 * It must be safe in several processes at once, and after a process died in the middle of it.
 */
export interface RecurringTask {
  /** The task's name in the log. A scheduled task also locks its name. */
  name: string;
  /**
   * Milliseconds from the end of one run to the next; between the starts of two runs if the queue schedules the task.
   */
  everyMs: number;
  /**
   * Returns true if work remains, for example after a full batch of rows: then the task runs again as soon as the other
   * tasks of its period had their turn.
   * `signal` is aborted when the process stops, so that a run over many rows ends early.
   */
  run(signal: AbortSignal): Promise<boolean> | Promise<void>;
  /** Waits for work that a run started without awaiting it. */
  drain?(): Promise<void>;
}

/** Milliseconds between two purge runs. */
const PURGE_MS = 10_000;

/**
 * Locks a task in all processes, and unlocks the one before it, $2, in the same question. The lock belongs to the
 * database's session and not to a transaction, because a task may take longer than a transaction may stay open.
 */
const LOCK = statement(
  'recurring_task_lock',
  `SELECT pg_advisory_unlock(hashtextextended('recurring task ' || $2::text, 0)) AS unlocked,
      pg_try_advisory_lock(hashtextextended('recurring task ' || $1::text, 0)) AS locked`,
);

const UNLOCK = statement(
  'recurring_task_unlock',
  `SELECT pg_advisory_unlock(hashtextextended('recurring task ' || $1::text, 0))`,
);

/**
 * The register of recurring tasks. Each room registers its own tasks in its module, as one of two kinds:
 * - `inEveryWorker`: safety nets that must work while the queue is unavailable.
 * - `oncePerCluster`: tasks that may run late.
 */
@Injectable()
export class RecurringTasks {
  private readonly warnings = new RareWarnings(new Logger('RecurringTask'));
  private readonly own: RecurringTask[] = [];
  private readonly scheduled: RecurringTask[] = [];
  private readonly busyPeriods = new Set<number>();
  private readonly stopping = new AbortController();
  private readonly timers = new Map<RecurringTask, NodeJS.Timeout>();
  private readonly running = new Map<RecurringTask, Promise<void>>();
  /** When each task last ended well here, in milliseconds of `performance.now()`. */
  private readonly ended = new Map<string, number>();
  private startedAt: number | undefined;
  private onFailure: (task: string) => void = () => undefined;

  constructor(
    private readonly database: Database,
    private readonly loops: Loops,
  ) {}

  /** Registers tasks that every worker process runs by its own timer. */
  inEveryWorker(...tasks: readonly RecurringTask[]): void {
    this.own.push(...tasks);
  }

  /** Registers tasks that the queue gives to one worker at a time. */
  oncePerCluster(...tasks: readonly RecurringTask[]): void {
    this.scheduled.push(...tasks);
  }

  /**
   * Registers the removal of rows that are no longer needed, by one worker at a time. `run` removes one batch and returns
   * true if it was full: batches follow one another until one is short.
   */
  purge(rows: string, run: RecurringTask['run']): void {
    this.oncePerCluster({ name: `purge ${rows}`, everyMs: PURGE_MS, run });
  }

  /** The periods that the queue must schedule, in milliseconds. */
  get scheduledPeriods(): number[] {
    return [...new Set(this.scheduled.map(({ everyMs }) => everyMs))];
  }

  /**
   * Runs the scheduled tasks of one period in turn, until none has work left. The failure of one is logged and does not
   * stop the others. A task that another process is running is passed over, and a run that takes longer than its period
   * is not joined by a second one in this process.
   * Returns false if the process stops before every task has run.
   */
  async runScheduled(everyMs: number): Promise<boolean> {
    if (this.stopping.signal.aborted) return false;
    if (this.busyPeriods.has(everyMs)) return true;
    this.busyPeriods.add(everyMs);
    const run = this.runInTurn(this.scheduled.filter((task) => task.everyMs === everyMs));
    try {
      await run;
    } catch (error) {
      this.warnings.warn(`tasks of every ${everyMs} ms`, (error as Error).message);
    } finally {
      this.busyPeriods.delete(everyMs);
    }
    return !this.stopping.signal.aborted;
  }

  /** Starts the timers of this process. */
  start(): void {
    this.startedAt = performance.now();
    for (const task of this.own) this.schedule(task);
  }

  /** Starts no further run, and resolves when the present ones of its timers have ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const timer of this.timers.values()) clearTimeout(timer);
    await Promise.all(this.running.values());
    for (const task of this.own) await task.drain?.();
  }

  /**
   * How many seconds ago this process last ended a run of each task without a failure, or began to work if it never did.
   * Empty where the process is no worker.
   */
  ages(now = performance.now()): [string, number][] {
    const { startedAt } = this;
    if (startedAt === undefined) return [];
    return this.all().map(({ name }) => [name, (now - (this.ended.get(name) ?? startedAt)) / 1000]);
  }

  /** The seconds between two runs of each task. */
  periods(): [string, number][] {
    return this.startedAt === undefined ? [] : this.all().map(({ name, everyMs }) => [name, everyMs / 1000]);
  }

  /** Calls `listener` with the name of each task whose run fails. */
  failures(listener: (task: string) => void): void {
    this.onFailure = listener;
  }

  private all(): RecurringTask[] {
    return [...this.own, ...this.scheduled];
  }

  /** Every task runs once before any of them runs again, so that much work of one does not delay the others. */
  private async runInTurn(tasks: readonly RecurringTask[]): Promise<void> {
    const connection = await this.database.connect();
    const signal = AbortSignal.any([this.stopping.signal, connection.ended]);
    let held: string | null = null;
    try {
      for (let due = tasks; due.length > 0;) {
        const unfinished: RecurringTask[] = [];
        for (const task of due) {
          if (this.stopping.signal.aborted) return;
          const isHeld = await this.lock(connection, task.name, held);
          held = isHeld ? task.name : null;
          // Another process may be running it.
          if (isHeld && (await this.attempt(task, signal))) unfinished.push(task);
        }
        due = unfinished;
      }
    } finally {
      // The last lock ends before these runs are reported. If the connection has ended, so has the lock.
      if (held !== null) await connection.rows(UNLOCK, [held]).catch(() => undefined);
      connection.close();
    }
  }

  /** Locks a task, and unlocks the one that is held. Returns false if another process holds it. */
  private async lock(connection: Connection, name: string, held: string | null): Promise<boolean> {
    const [lock] = await connection.rows<{ unlocked: boolean | null; locked: boolean }>(LOCK, [name, held]);
    return lock?.locked === true;
  }

  private schedule(task: RecurringTask, afterMs = task.everyMs): void {
    if (this.stopping.signal.aborted) return;
    const timer = setTimeout(() => {
      this.loops.turned(task.name);
      const run = this.attempt(task, this.stopping.signal).then((workRemains) => {
        this.schedule(task, workRemains ? 0 : task.everyMs);
      });
      this.running.set(task, run);
    }, afterMs);
    this.timers.set(task, timer);
  }

  /**
   * Returns true if work remains. Logs a failure: the database may be unavailable, or another process may have been
   * first; the next run tries again.
   */
  private async attempt(task: RecurringTask, signal: AbortSignal): Promise<boolean> {
    try {
      const workRemains = (await task.run(signal)) === true;
      this.ended.set(task.name, performance.now());
      return workRemains;
    } catch (error) {
      this.onFailure(task.name);
      this.warnings.warn(task.name, (error as Error).message);
      return false;
    }
  }
}
