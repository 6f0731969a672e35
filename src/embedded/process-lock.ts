import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

/**
 * Takes the directory for this process alone; null when another process (or this one) has it already.
 *
 * The lock is the operating system's and ends with the process, however it dies. A file with a process id in it would
 * outlive a SIGKILL and, in a container, soon name somebody else. Linux: an abstract socket; Windows: a named pipe;
 * elsewhere: `O_EXLOCK` of BSD and macOS. `directory` must be the real path.
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

/** `fcntl.h` of macOS; Node passes numeric flags on as they are. */
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
