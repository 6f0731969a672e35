import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setInterval } from 'node:timers';
import { accessToken, seedTemplate, serviceCandidate } from './candidates.ts';
import { residentMegabytes } from './processor.ts';
import { progress, report } from './report.ts';
import type { Stage } from './stage.ts';

/** The second snapshot changes one in this many lines. */
const EVERY = 1_000;

/** Reports how fast the service imports and compares a whole snapshot of a carrier's lines, and its memory. */
export async function reportSnapshot(stage: Stage, lines: number): Promise<void> {
  await seedTemplate(stage, 'bare_carrier', []);
  const databaseUrl = await stage.createDatabase('snapshot', 'bare_carrier');
  const { served } = await serviceCandidate(stage, 'snapshot', [], { databaseUrl });
  for (const pass of ['new', 'compared'] as const) {
    let peak = 0;
    const watching = setInterval(() => {
      peak = Math.max(peak, residentMegabytes(served.pid));
    }, 500);
    const startedAt = performance.now();
    const { statusCode, body } = await served.http.request({
      method: 'POST',
      path: '/carrier/v1/lines/import',
      headers: {
        authorization: `Bearer ${await accessToken(served, 'carrier')}`,
        'content-type': 'application/x-ndjson',
      },
      body: Readable.from(snapshotOf(lines, pass === 'compared')),
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    let last = '';
    for await (const line of createInterface({ input: body })) last = line;
    const seconds = (performance.now() - startedAt) / 1000;
    clearInterval(watching);
    if (statusCode !== 200) throw new Error(`the snapshot was answered ${statusCode} ${last}`);
    progress(`snapshot, ${pass}: ${last} in ${seconds.toFixed(1)} s`);
    report(`import.${pass}.lines_per_second`, lines / seconds, 'lines/s');
    report(`import.${pass}.memory_peak_mb`, peak, 'MB');
  }
}

function* snapshotOf(lines: number, changed: boolean): Generator<string> {
  for (let at = 0; at < lines; at += 1) {
    yield `${JSON.stringify({
      lineId: `snapshot-${at}`,
      phoneNumber: `+8210${20_000_000 + at}`,
      carrier: 'SKT',
      status: 'active',
      holder: 'self',
      owner: { birthDate: '900101', genderDigit: '1' },
      plan: changed && at % EVERY === 0 ? 'prepaid' : 'postpaid',
      handset: { os: 'android', osVersion: '14', formFactor: 'phone', model: 'SM-S921N' },
    })}\n`;
  }
}
