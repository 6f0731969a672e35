import { afterEach, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createManagementServer } from '../../src/http/management.ts';
import { Metrics } from '../../src/http/metrics.ts';
import type { Answer } from '../../src/http/readiness.ts';
import { Loops } from '../../src/process/loops.ts';

let management: Server | undefined;

afterEach(async () => {
  await new Promise((resolve) => management?.close(resolve) ?? resolve(undefined));
});

/** What the management port answers about these loops. */
async function ask(path: string, loops: Loops, ready: Answer = { status: 'up' }): Promise<[number, unknown]> {
  management = createManagementServer({
    issuer: 'http://localhost',
    loops,
    readiness: { answer: () => Promise.resolve(ready) },
    metrics: new Metrics(),
  });
  await new Promise<void>((resolve) => management?.listen(0, '127.0.0.1', resolve));
  const { port } = management.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { Connection: 'close' } });
  return [response.status, await response.json()];
}

describe('liveness', () => {
  const anHour = 3_600_000;

  it('a process is alive while its loops turn, or have nothing to do', async () => {
    const loops = new Loops();
    loops.turned('delivery sweep');
    loops.turned('queue', performance.now() - anHour);
    loops.rested('queue');
    expect(await ask('/health/live', loops)).toEqual([200, { status: 'up' }]);
  });

  it('a process is not alive when one of its loops has not turned for a minute, and says which', async () => {
    const loops = new Loops();
    loops.turned('delivery sweep');
    loops.turned('queue worker', performance.now() - 61_000);
    expect(await ask('/health/live', loops)).toEqual([503, { status: 'down', stuck: ['queue worker'] }]);
  });

  it('a loop that waited less than a minute is not stuck', () => {
    const loops = new Loops();
    loops.turned('delivery sweep', 1_000);
    expect([loops.stuck(60_999), loops.stuck(61_001)]).toEqual([[], ['delivery sweep']]);
  });
});

it('a process that is not ready names what does not answer', async () => {
  const down: Answer = { status: 'down', failing: ['database', 'queue'] };
  expect(await ask('/health/ready', new Loops(), down)).toEqual([503, down]);
});
