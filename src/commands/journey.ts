import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { randomId } from '../crypto/random.ts';
import { CARRIED } from './journey/carried.ts';
import { CUSTOMER } from './journey/customer.ts';
import { expect, type Announcement, type Scene, type JourneyStep } from './journey/scene.ts';
import { RELATIVES } from './journey/relatives.ts';
import { SWAPPED } from './journey/swapped.ts';
import { VERIFIED } from './journey/verified.ts';

const STEPS: readonly JourneyStep[] = [...VERIFIED, ...CARRIED, ...CUSTOMER, ...RELATIVES, ...SWAPPED];

async function main(): Promise<void> {
  const json = process.argv.includes('--json');
  const dataDir = await mkdtemp(join(tmpdir(), 'pushguard-journey-'));
  // As root, PostgreSQL runs under another account, which must be able to reach the directory.
  await chmod(dataDir, 0o755);
  // A private copy: of a configured service's environment, only the address of its queue is inherited.
  const { PATH, HOME, TMPDIR, EMBEDDED_PG_BIN, REDIS_URL } = process.env;
  const inherited = { PATH, HOME, TMPDIR, EMBEDDED_PG_BIN, REDIS_URL };
  const main = createRequire(import.meta.url).resolve('../main.js');
  const child = spawn(process.execPath, [main, '--json'], {
    env: {
      ...inherited,
      NODE_ENV: 'development',
      PORT: '0',
      MANAGEMENT_PORT: '0',
      DATA_DIR: dataDir,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let failed = false;
  try {
    const service = await announcementOf(child);
    const scene: Scene = { service, tokens: new Map(), pushToken: `journey-${randomId()}`, sequence: 0 };
    for (const [at, { title, play }] of STEPS.entries()) {
      const step = at + 1;
      try {
        const seen = await play(scene);
        process.stdout.write(
          json ? `${JSON.stringify({ step, title, ok: true, seen })}\n` : `${step}. ${title}\n   ${seen}\n`,
        );
      } catch (error) {
        failed = true;
        const { message } = error as Error;
        process.stdout.write(
          json
            ? `${JSON.stringify({ step, title, ok: false, seen: message })}\n`
            : `${step}. ${title}\n   FAILED: ${message}\n`,
        );
        break;
      }
    }
  } finally {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    if (child.exitCode === null) await gone;
    await rm(dataDir, { recursive: true, force: true });
  }
  if (!json)
    process.stdout.write(
      failed ? '\nThe journey stopped at a failed step.\n' : `\nAll ${STEPS.length} steps passed.\n`,
    );
  process.exitCode = failed ? 1 : 0;
}

async function announcementOf(child: ChildProcess): Promise<Announcement> {
  expect(child.stdout !== null, 'the service has no output');
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the service did not start')));
  const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])) as [string];
  return JSON.parse(line) as Announcement;
}

await main();
