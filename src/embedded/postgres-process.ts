import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** The content of `postmaster.pid` (PostgreSQL's `pidfile.h`). */
export interface Postmaster {
  pid: number;
  /** As passed to the server; the directory may have been renamed since. */
  dataDirectory: string;
  port: number;
}

/** The server that holds the cluster, alive or dead; undefined when it was stopped properly. */
export function readPostmaster(cluster: string): Postmaster | undefined {
  try {
    const [pid, dataDirectory = '', , port] = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(pid), dataDirectory, port: Number(port) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the process exists and is that server: process ids are reused, in containers within minutes. */
export function isRunning({ pid, dataDirectory }: Postmaster): boolean {
  if (dataDirectory === '') return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  try {
    // Empty for a process that has ended and that its parent has not waited for.
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDirectory);
    if (process.platform === 'win32') return true;
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(dataDirectory);
  } catch {
    return false;
  }
}

/**
 * Lets a new server start although `postmaster.pid` names a living process that is not a PostgreSQL server.
 *
 * PostgreSQL treats its parent's process id in that file as stale (`CreateLockFile` in `miscinit.c`). Removing the file
 * would also remove the key by which it detects that backends of the dead server still use the cluster.
 * The caller must hold the process lock.
 */
export function disownPidFile(cluster: string): void {
  const file = join(cluster, 'postmaster.pid');
  const [, ...rest] = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, [process.pid, ...rest].join('\n'));
}

/** Milliseconds in which a server must write its checkpoint and stop, and then stop without a checkpoint. */
const FAST_MS = 60_000;
const IMMEDIATE_MS = 10_000;

/** Stops the server and resolves when it is gone. Open sessions end; committed data stays. */
export async function stopPostmaster(postmaster: Postmaster, cluster: string, pgCtl: string): Promise<void> {
  if (process.platform === 'win32') {
    // Node's signals end a Windows process at once, which would cost a crash recovery.
    spawnSync(pgCtl, ['stop', '-D', cluster, '-m', 'fast', '-w'], { windowsHide: true });
    return;
  }
  if (await isGoneAfter('SIGINT', FAST_MS, postmaster)) return;
  // An immediate shutdown; the next start recovers from the log.
  if (await isGoneAfter('SIGQUIT', IMMEDIATE_MS, postmaster)) return;
  throw new Error(`PostgreSQL (process ${postmaster.pid}) does not stop`);
}

async function isGoneAfter(signal: 'SIGINT' | 'SIGQUIT', ms: number, postmaster: Postmaster): Promise<boolean> {
  const end = Date.now() + ms;
  if (isRunning(postmaster)) process.kill(postmaster.pid, signal);
  while (isRunning(postmaster)) {
    if (Date.now() > end) return false;
    await delay(20);
  }
  return true;
}
