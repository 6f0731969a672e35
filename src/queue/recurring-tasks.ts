import { Injectable, Logger } from '@nestjs/common';

/**
 * Work that repeats for as long as workers run.
 * It must be safe in several processes at once, and after a process died in the middle of it.
 */
export interface RecurringTask {
  /** The task's name in the log. */
  name: string;
  /**
   * Milliseconds from the end of one run to the next; between the starts of two runs if the queue schedules the task.
   */
  everyMs: number;
  /** `signal` is aborted when the process stops, so that a run over many rows ends early. */
  run(signal: AbortSignal): Promise<void>;
  /** Waits for work that a run started without awaiting it. */
  drain?(): Promise<void>;
}

/** Milliseconds between two purge runs. A run removes one batch and leaves the database to other work in between. */
const PURGE_MS = 10_000;

/**
 * The register of recurring tasks. Each room registers its own tasks in its module, as one of two kinds:
 * - `inEveryWorker`: safety nets that must work while the queue is unavailable.
 * - `oncePerCluster`: tasks that may run late.
 */
@Injectable()
export class RecurringTasks {
  private readonly logger = new Logger('RecurringTask');
  private readonly own: RecurringTask[] = [];
  private readonly scheduled: RecurringTask[] = [];
  private readonly busyPeriods = new Set<number>();
  private readonly stopping = new AbortController();
  private readonly timers = new Map<RecurringTask, NodeJS.Timeout>();
  private readonly running = new Map<RecurringTask, Promise<void>>();

  /** Registers tasks that every worker process runs by its own timer. */
  inEveryWorker(...tasks: readonly RecurringTask[]): void {
    this.own.push(...tasks);
  }

  /** Registers tasks that the queue gives to one worker at a time. */
  oncePerCluster(...tasks: readonly RecurringTask[]): void {
    this.scheduled.push(...tasks);
  }

  /** Registers the removal of rows that are no longer needed, by one worker at a time. */
  purge(rows: string, run: () => Promise<void>): void {
    this.oncePerCluster({ name: `purge ${rows}`, everyMs: PURGE_MS, run });
  }

  /** The periods that the queue must schedule, in milliseconds. */
  get scheduledPeriods(): number[] {
    return [...new Set(this.scheduled.map(({ everyMs }) => everyMs))];
  }

  /**
   * Runs the scheduled tasks of one period in sequence. The failure of one is logged and does not stop the others. A run
   * that takes longer than its period is not joined by a second one in this process.
   */
  async runScheduled(everyMs: number): Promise<void> {
    if (this.busyPeriods.has(everyMs)) return;
    this.busyPeriods.add(everyMs);
    try {
      for (const task of this.scheduled) {
        if (task.everyMs === everyMs && !this.stopping.signal.aborted) await this.attempt(task);
      }
    } finally {
      this.busyPeriods.delete(everyMs);
    }
  }

  /** Starts the timers of this process. */
  start(): void {
    for (const task of this.own) this.schedule(task);
  }

  /** Starts no further run, and resolves when the present ones have ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const timer of this.timers.values()) clearTimeout(timer);
    await Promise.all(this.running.values());
    for (const task of this.own) await task.drain?.();
  }

  private schedule(task: RecurringTask): void {
    if (this.stopping.signal.aborted) return;
    const timer = setTimeout(() => {
      const run = this.attempt(task).then(() => {
        this.schedule(task);
      });
      this.running.set(task, run);
    }, task.everyMs);
    this.timers.set(task, timer);
  }

  /**
   * Logs a failure. The database may be unavailable, or another process may have been first; the next run tries again.
   */
  private async attempt(task: RecurringTask): Promise<void> {
    try {
      await task.run(this.stopping.signal);
    } catch (error) {
      this.logger.warn(`${task.name}: ${(error as Error).message}`);
    }
  }
}
