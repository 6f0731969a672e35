import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';

/** One line of `npm run journey -- --json`. */
interface Step {
  step: number;
  title: string;
  ok: boolean;
  seen: string;
}

describe('npm run journey', () => {
  it('npm run journey plays all five acts on a copy of its own, and every step holds', async () => {
    const child = spawn(process.execPath, ['dist/src/commands/journey.js', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const code = new Promise<number | null>((resolve) => child.once('exit', resolve));
    const steps = (await text(child.stdout))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Step);
    expect(steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(steps.map(({ step }) => step)).toEqual(steps.map((_, at) => at + 1));
    expect(steps.length).toBe(37);
    expect(await code).toBe(0);
  });
});
