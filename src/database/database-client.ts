import type { Socket } from 'node:net';
import pg from 'pg';
import { DatabaseAddress } from './database-address.ts';

/** How long statements may take. */
export interface StatementLimits {
  /** Milliseconds after which PostgreSQL ends a statement; 0 for no end. */
  server: number;
  /** Milliseconds after which the client gives the connection up, because it may be silent; 0 for never. */
  client: number;
}

/**
 * For every statement of a request or of a loop. A caller may wait twice: for a statement on a connection that has gone
 * silent, and for the connection after it; both together stay below ten seconds.
 */
export const ORDINARY: StatementLimits = { server: 6_000, client: 7_000 };
/** For a session that works through a snapshot. */
export const LONG: StatementLimits = { server: 8_000, client: 9_000 };
/** For migrations, which may take long, and may wait long for those of another process. */
export const UNLIMITED: StatementLimits = { server: 0, client: 0 };

/** Milliseconds in which a new connection must be ready. */
const CONNECT_MS = 5_000;
/** Milliseconds after which PostgreSQL ends a transaction whose client does not go on. */
export const IDLE_IN_TRANSACTION_MS = 10_000;
/** Milliseconds between two questions to a connection that only listens. */
const ASK_MS = 5_000;
/** Milliseconds of silence after which the operating system probes a connection. */
const KEEP_ALIVE_MS = 10_000;

const READ_ONLY = '25006';

interface ClientOptions extends pg.ClientConfig {
  address?: DatabaseAddress;
  limits?: StatementLimits;
}

/**
 * A connection that does not trust the network: every query has a deadline on this side, after which the connection is
 * given up, and a connection that listens is asked regularly. It looks for its host where the URL names several.
 */
export class DatabaseClient extends pg.Client {
  private readonly address: DatabaseAddress | undefined;
  private readonly limits: StatementLimits;
  private asking: NodeJS.Timeout | undefined;
  private isCorked = false;

  constructor(options: ClientOptions) {
    super({
      ...options,
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      // A query is sent without waiting for the answers to those before it. Who awaits each one notices nothing.
      pipeline: true,
    });
    this.address = options.address;
    this.limits = options.limits ?? ORDINARY;
    // An error that only this listener hears also rejects the query under way, or the next one.
    this.on('error', () => undefined);
    this.on('end', () => clearInterval(this.asking));
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: (error: Error) => void): void;
  override connect(callback?: (error: Error) => void): Promise<pg.Client> | void {
    const ready = this.address?.isChoice
      ? this.address.choose().then(({ name, port }) => void Object.assign(this, { host: name, port }))
      : undefined;
    if (!callback) return (ready ?? Promise.resolve()).then<pg.Client>(() => super.connect());
    if (ready) ready.then(() => super.connect(callback), callback);
    else super.connect(callback);
  }

  override query = ((...given: unknown[]): unknown => {
    const done = this.startDeadline();
    const callback = given.at(-1);
    if (typeof callback === 'function') {
      given[given.length - 1] = (...answer: unknown[]) => {
        done(answer[0]);
        (callback as (...answer: unknown[]) => void)(...answer);
      };
    }
    // Queries of our own class leave in one write each.
    if (!(given[0] instanceof pg.Query)) this.corkForNow();
    const result = (super.query as (...given: unknown[]) => unknown)(...given);
    if (result instanceof Promise) result.then(() => done(), done);
    if (typeof given[0] === 'string' && /^\s*LISTEN\s/im.test(given[0])) this.ask();
    return result;
  }) as pg.Client['query'];

  /** Lets what is asked in one turn of the event loop leave in one write: under load a write costs more than a query. */
  private corkForNow(): void {
    if (this.isCorked) return;
    this.isCorked = true;
    const { stream } = this;
    stream.cork();
    setImmediate(() => {
      this.isCorked = false;
      stream.uncork();
    });
  }

  private startDeadline(): (error?: unknown) => void {
    const { client } = this.limits;
    const timer = client === 0 ? undefined : setTimeout(() => this.abandon(new SilentConnection(client)), client);
    return (error) => {
      clearTimeout(timer);
      // The host was made a standby: the next connection looks for the primary.
      if (this.address?.isChoice && (error as { code?: unknown } | undefined)?.code === READ_ONLY) {
        this.abandon(error as Error);
      }
    };
  }

  private get stream(): Socket {
    return (this as unknown as { connection: { stream: Socket } }).connection.stream;
  }

  /** Notifications that are lost leave no trace, so the silence of a connection that listens is found by asking. */
  private ask(): void {
    this.asking ??= setInterval(() => {
      this.query('SELECT 1').catch(() => undefined);
    }, ASK_MS).unref();
  }

  /** Closes the socket without a word to the server: nothing that it sent would arrive. */
  private abandon(error: Error): void {
    this.stream.destroy(error);
  }
}

/** The server has not answered a query in its time. */
class SilentConnection extends Error {
  readonly code = 'ETIMEDOUT';

  constructor(ms: number) {
    super(`the database has not answered within ${ms} ms; the connection was given up`);
  }
}

/**
 * Options of a pool whose connections are `DatabaseClient`s. `settings` is SQL that every new connection runs first.
 * Settings are not sent as startup parameters, because poolers refuse or drop those.
 */
export function poolOptions(
  url: string,
  limits: StatementLimits,
  settings = '',
): pg.PoolConfig & { connectionString: string; address: DatabaseAddress } {
  const address = new DatabaseAddress(url);
  const own = {
    // The pool passes its options to the constructor, which the type of this option leaves out.
    Client: DatabaseClient as unknown as new () => pg.ClientBase,
    address,
    limits,
    onConnect: async (client: pg.ClientBase) => {
      if (settings) await client.query(settings);
    },
  };
  return { connectionString: address.url, ...own };
}

/** SQL for the limits of a session. */
export function limitsOf({ server }: StatementLimits): string {
  return `SET statement_timeout = ${server}; SET idle_in_transaction_session_timeout = ${IDLE_IN_TRANSACTION_MS}`;
}

/** Opens one connection outside of the pools. */
export async function connectTo(url: string, limits: StatementLimits, settings = ''): Promise<DatabaseClient> {
  const address = new DatabaseAddress(url);
  const client = new DatabaseClient({ connectionString: address.url, address, limits });
  await client.connect();
  if (settings) await client.query(settings);
  return client;
}
