import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

/**
 * Locks the directory for this process; null when another process (or this one) holds the lock.
 *
 * The operating system holds the lock and releases it when the process dies in any way. A file with a process id would
 * survive a SIGKILL and, in a container, soon name another process.
 * Linux: an abstract socket. Windows: a named pipe. BSD and macOS: `O_EXLOCK`. `directory` must be the real path.
 */
export async function takeProcessLock(directory: string): Promise<{ release(): Promise<void> } | null> {
  const name = `pushguard-${createHash('sha256').update(directory).digest('hex').slice(0, 32)}`;
  if (process.platform === 'linux') return listen(`\0${name}`);
  if (process.platform === 'win32') return listen(`\\\\.\\pipe\\${name}`);
  return exclusiveFile(join(directory, '.lock'));
}

function listen(path: string): Promise<{ release(): Promise<void> } | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(path, () => {
      server.unref();
      resolve({ release: () => new Promise((released) => server.close(() => released())) });
    });
  });
}

/** `fcntl.h` of macOS; Node passes numeric flags through. */
const O_EXLOCK = 0x20;

async function exclusiveFile(path: string): Promise<{ release(): Promise<void> } | null> {
  try {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NONBLOCK | O_EXLOCK, 0o600);
    return { release: () => handle.close() };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return null;
    throw error;
  }
}
