import { existsSync } from 'node:fs';
import { describe } from '@jest/globals';
import { onPath } from './on-path.ts';

export { REDIS_SERVER } from './on-path.ts';

/**
 * Chromium for the browser tests: the path in `CHROMIUM`, or a program on the PATH. Its headless shell has no windows
 * and renders the same pages at a third of the cost.
 */
export const CHROMIUM =
  process.env['CHROMIUM'] ?? onPath('chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome');
/** A whole Chromium, which alone judges whether an app can be installed, and shows notifications. */
export const WHOLE_CHROMIUM = process.env['CHROMIUM'] ?? onPath('chromium', 'chromium-browser', 'google-chrome');
/** PgBouncer, 1.18 or newer: the path in `PGBOUNCER`, or a program on the PATH. */
export const PGBOUNCER = process.env['PGBOUNCER'] ?? onPath('pgbouncer');
/** The checker of metrics and of alert rules that comes with Prometheus. */
export const PROMTOOL = onPath('promtool');
/** The languages of the documents beside Node and the shell, each a program on the PATH. */
export const INTERPRETERS = { python: onPath('python3'), php: onPath('php'), java: onPath('java') } as const;
/** The compiler of Java: a JDK has it, a JRE does not. */
export const JAVAC = onPath('javac');
/** The directory with the programs of PostgreSQL 15, the oldest version that the service supports. */
export const POSTGRES_15 = ['/usr/lib/postgresql/15/bin'].find((path) => existsSync(path));

/**
 * `describe` for tests that need a program which npm cannot install. On a developer's machine without it, the tests are
 * skipped and the summary counts them as skipped. Continuous integration installs the program and fails if it is
 * missing.
 */
export function describeWith(program: string | undefined, name: string, tests: () => void): void {
  const may = program !== undefined || process.env['CI'] !== undefined;
  (may ? describe : describe.skip)(name, tests);
}
