import { type ChildProcess, spawn } from 'node:child_process';
import { chownSync, closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

type Account = { uid: number; gid: number } | undefined;

/** Milliseconds in which a program must end by itself. */
const STOP_MS = 20_000;
/** Characters of a program’s output that an error repeats. */
const LAST_WORDS = 1_500;

/** Makes the directory of a rehearsal in which programs of this account write, closed to all others. */
export function ownDirectory(path: string, account: Account): string {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (account) chownSync(path, account.uid, account.gid);
  return path;
}

/** Writes a file that only this account reads. */
export function ownFile(path: string, content: string, account?: Account): string {
  writeFileSync(path, content, { mode: 0o600 });
  if (account) chownSync(path, account.uid, account.gid);
  return path;
}

/** A program that a rehearsal started. Its output is in `<name>.log` of the rehearsal’s directory. */
export class Program {
  readonly #ended: Promise<number | null>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly log: string,
  ) {
    this.#ended = new Promise((resolve) => {
      child.once('error', () => resolve(null));
      child.once('exit', resolve);
    });
  }

  static start(
    name: string,
    command: string,
    args: readonly string[],
    { directory, account, env = {} }: { directory: string; account?: Account; env?: Record<string, string> },
  ): Program {
    const log = join(directory, `${name}.log`);
    const output = openSync(log, 'a');
    try {
      const child = spawn(command, args, {
        cwd: directory,
        env: { PATH: process.env['PATH'], HOME: directory, LANG: 'C.UTF-8', ...env },
        stdio: ['ignore', output, output],
        // Ctrl-C of a terminal reaches the rehearsal alone, which ends its programs in order.
        detached: true,
        ...account,
      });
      return new Program(child, log);
    } finally {
      closeSync(output);
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get running(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  signal(name: NodeJS.Signals): void {
    if (this.running) this.child.kill(name);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
  }

  /** Asks the program to end, and kills it if it does not. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const insist = setTimeout(() => this.signal('SIGKILL'), STOP_MS);
    await this.#ended;
    clearTimeout(insist);
  }

  /** Resolves when it ended with code 0; else throws with the end of its output. */
  async succeeded(what: string): Promise<void> {
    const code = await this.#ended;
    if (code !== 0) throw new Error(`${what} ended with ${String(code)}: …${await this.lastWords()}`);
  }

  async lastWords(): Promise<string> {
    return (await readFile(this.log, 'utf8')).slice(-LAST_WORDS);
  }
}
