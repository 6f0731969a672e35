import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A Redis or Valkey server: the path in `REDIS_SERVER`, or a program on the PATH. */
export const REDIS_SERVER = process.env['REDIS_SERVER'] ?? onPath('redis-server', 'valkey-server');

/** The path of the first of these programs that is installed; undefined if none is. */
export function onPath(...names: string[]): string | undefined {
  const directories = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return names
    .flatMap((name) => directories.map((directory) => join(directory, name)))
    .find((path) => existsSync(path));
}
