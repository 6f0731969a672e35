import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ended, freePort } from './stage.ts';

/** Starts a Redis for this run with the durability that a queue needs; null if none is installed. */
export async function startRedis(directory: string): Promise<{ url: string; stop: () => Promise<void> } | null> {
  const port = await freePort();
  const dir = join(directory, 'redis');
  await mkdir(dir);
  const settings = { port, dir, bind: '127.0.0.1', save: '', appendonly: 'yes', appendfsync: 'everysec' };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  const absent = new Promise<boolean>((resolve) => {
    child.once('error', () => resolve(true));
    child.once('exit', () => resolve(true));
  });
  for (let tries = 0; tries < 100; tries += 1) {
    if (await Promise.race([absent, delay(50, false)])) return null;
    if (await answers(port)) return { url: `redis://127.0.0.1:${port}`, stop: () => ended(child) };
  }
  await ended(child);
  return null;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
