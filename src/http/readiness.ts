import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { connectTo, type DatabaseClient } from '../database/database-client.ts';
import { Journal } from '../journal/journal.ts';
import { JobQueue } from '../queue/job-queue.ts';

/** Milliseconds in which the database and the queue must answer. */
const ANSWER_MS = 2_000;

/** True on a standby, and where the role or the database is set to read only. */
const WRITES = `SELECT current_setting('transaction_read_only') = 'on' AS "isReadOnly"`;

/** What an instance needs to be ready. */
export type Need = 'database' | 'journal' | 'queue' | 'process';

/** What a process says about itself: whether it can serve, and what does not answer. */
export interface Answer {
  status: 'up' | 'down';
  failing?: Need[];
}

/**
 * Readiness. It has a connection of its own, because a pool whose connections are all busy is not a database that is
 * down, and one whose connections are all silent is not a database that is up.
 */
@Injectable()
export class Readiness implements OnModuleDestroy {
  private connection: Promise<DatabaseClient> | undefined;
  private asking: Promise<Answer> | undefined;
  private isStopping = false;

  constructor(
    private readonly environment: Environment,
    private readonly queue: JobQueue,
    private readonly journal: Journal,
  ) {}

  /** Says that this process takes no more work. */
  stop(): void {
    this.isStopping = true;
  }

  /**
   * Asks the database and the queue. A process that only answers callers stays up without the queue, because a worker's
   * sweep finds what was not queued.
   */
  async answer(): Promise<Answer> {
    if (this.isStopping) return { status: 'down', failing: ['process'] };
    return (this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
    }));
  }

  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    const client = await this.connection?.catch(() => undefined);
    // Not awaited: on a dead network the server never answers the end of a connection.
    void client?.end().catch(() => undefined);
  }

  private async ask(): Promise<Answer> {
    const [database, queue] = await Promise.allSettled([this.askDatabase(), this.queue.answer(ANSWER_MS)]);
    const failing: Need[] = [];
    if (database.status === 'rejected') failing.push('database');
    if (this.journal.isFailing) failing.push('journal');
    if (queue.status === 'rejected') failing.push('queue');
    if (failing.length === 0) return { status: 'up' };
    const isUp = this.environment.ROLE === 'api' && failing.every((need) => need === 'queue');
    return { status: isUp ? 'up' : 'down', failing };
  }

  private async askDatabase(): Promise<void> {
    const limits = { server: ANSWER_MS, client: ANSWER_MS };
    this.connection ??= connectTo(this.environment.DATABASE_URL ?? '', limits);
    try {
      const { rows } = await (await this.connection).query<{ isReadOnly: boolean }>(WRITES);
      // A primary that became a standby answers every question and serves no caller.
      if (rows[0]?.isReadOnly) throw new Error('the database takes no writes');
    } catch (error) {
      // Another connection looks for the primary again.
      void this.connection.then((client) => client.end()).catch(() => undefined);
      this.connection = undefined;
      throw error;
    }
  }
}
