import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../support/eventually.ts';
import { scrape, type Exposition } from '../support/exposition.ts';
import { PROMTOOL } from '../support/programs.ts';
import { otherThan, TestService, type Subscriber } from '../support/service.ts';

let service: TestService;
let subscriber: Subscriber;
let seen: Exposition;
let folder: string;

const OBSERVABILITY = 'config/deploy/observability';
const textOf = (path: string) => readFileSync(path, 'utf8');

const metrics = () => scrape(service.process.announcement.management);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'metrics-'));
  service = await TestService.start({ BUILD_COMMIT: '0123abc', JOURNAL_FILE: join(folder, 'journal.ndjson') });
  subscriber = await service.subscriber();
  await playFunnel();
  // What waits is looked at every ten seconds, at last the jobs of the queue; there is no sample before. On a busy machine
  // the first look may find a push that is under way.
  seen = await eventually('a look at what waits, after which nothing does', async () => {
    const now = await metrics();
    const isLooked = now.value('pushguard_queue_jobs', { state: 'wait' }) !== undefined;
    return isLooked && now.value('pushguard_deliveries_pending', { kind: 'wake' }) === 0 ? now : null;
  });
});

afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true });
});

/** By push: verified, wrong and declined, cancelled, replaced. By SMS: verified. And an event of the carrier. */
async function playFunnel(): Promise<void> {
  const { person, phone } = subscriber;
  const first = (await service.start(person)).body.id;
  const code = await service.codeOf(subscriber, first);
  await service.verify(first, otherThan(code));
  expect((await service.verify(first, code)).status).toBe(200);

  const second = (await service.start(person)).body.id;
  const [pending] = await phone.pending();
  await expect(phone.open(pending!, '111111')).rejects.toThrow();
  await phone.decline(second, 'cancelled');

  const third = (await service.start(person)).body.id;
  await service.call('GET', `/v1/authentications/${third}?wait=1`);
  await service.call('DELETE', `/v1/authentications/${third}`);
  await service.start(person);
  await service.start(person);

  const other = await service.addLine();
  const texted = (await service.start(other)).body.id;
  expect((await service.verify(texted, await service.textedCode(other.phoneNumber))).status).toBe(200);
  await service.start({ ...other, phoneNumber: '01099990000' });

  expect(await service.sendEvent(other.lineId, 'plan-changed', { plan: 'postpaid' }, 1)).toBe('applied');
  expect(await service.sendEvent(other.lineId, 'of-a-kind-that-nobody-knows', {}, 2)).toBe('rejected');
}

it('a process counts each step of the authentications by method and channel', () => {
  const steps = (channel: string) =>
    Object.fromEntries(
      ['started', 'opened', 'verified', 'declined', 'cancelled'].map((outcome) => [
        outcome,
        seen.value('pushguard_authentications_total', { method: 'push', channel, outcome }) ?? 0,
      ]),
    );
  expect(steps('push')).toEqual({ started: 5, opened: 1, verified: 1, declined: 1, cancelled: 2 });
  // A decoy counts as one by SMS.
  expect(steps('sms')).toEqual({ started: 2, opened: 0, verified: 1, declined: 0, cancelled: 0 });
  expect(seen.value('pushguard_codes_rejected_total', { channel: 'push' })).toBe(1);
  expect(seen.value('pushguard_pins_rejected_total')).toBe(1);
  expect(seen.value('pushguard_time_to_open_seconds_count', { channel: 'push' })).toBe(1);
  expect(seen.value('pushguard_authentication_duration_seconds_count')).toBe(2);
});

it('a process counts what its neighbours answered, and shows what waits', () => {
  expect(
    seen.value('pushguard_pushes_total', { platform: 'fcm', kind: 'wake', outcome: 'accepted' }),
  ).toBeGreaterThanOrEqual(3);
  expect(seen.value('pushguard_sms_total', { reason: 'not_subscribed', outcome: 'accepted' })).toBe(1);
  expect(seen.value('pushguard_carrier_events_total', { type: 'plan-changed', outcome: 'applied' })).toBe(1);
  expect(seen.value('pushguard_carrier_events_total', { type: 'other', outcome: 'rejected' })).toBe(1);
  expect(seen.value('pushguard_carrier_feed_lag_seconds_count')).toBe(1);
  expect(seen.value('pushguard_deliveries_pending', { kind: 'wake' })).toBe(0);
  expect(seen.value('pushguard_delivery_oldest_age_seconds', { kind: 'wake' })).toBe(0);
  expect(seen.value('pushguard_queue_jobs', { state: 'wait' })).toBeDefined();
  expect(seen.value('pushguard_db_pool_connections', { state: 'waiting' })).toBe(0);
  expect(seen.value('pushguard_db_statement_duration_seconds_count', { statement: 'authentication_start' })).toBe(7);
  expect(seen.value('pushguard_http_held_request_duration_seconds_count', { route: '/v1/authentications/:id' })).toBe(
    1,
  );
  expect(seen.value('pushguard_recurring_task_age_seconds', { task: 'delivery sweep' })).toBeLessThan(60);
  expect(seen.value('pushguard_audit_head_sealed')).toBe(1);
  expect(seen.value('pushguard_build_info', { commit: '0123abc', node: process.versions.node })).toBe(1);
});

it('the metrics keep to the conventions of Prometheus', () => {
  for (const [name, { type, help }] of seen.families) {
    expect([name, help]).toEqual([name, expect.stringMatching(/./)]);
    expect([name, type, name.endsWith('_total')]).toEqual([name, type, type === 'counter']);
    if (type === 'histogram') expect(name).toMatch(/_seconds$/);
  }
});

const itWithPromtool = PROMTOOL === undefined ? it.skip : it;

itWithPromtool('promtool has nothing to say about the metrics', () => {
  expect(promtool(['check', 'metrics'], seen.text)).toEqual([0, '']);
});

it('no label holds an id or anything of a person', () => {
  const { person } = subscriber;
  const values = seen.samples.flatMap(({ labels }) => Object.values(labels));
  for (const value of values) expect(value).not.toMatch(/[\da-f]{8}-[\da-f]{4}|\d{6,}|\d+\.\d+\.\d+\.\d+:/);
  for (const secret of [person.phoneNumber.slice(-8), person.lineId, subscriber.pushToken]) {
    expect(seen.text).not.toContain(secret);
  }
});

function promtool(args: readonly string[], input = ''): [number | null, string] {
  const { status, stdout, stderr } = spawnSync(PROMTOOL ?? '', args, { input, encoding: 'utf8' });
  return [status, stdout + stderr];
}

/** The metrics that a text names, without the endings of a histogram's samples. */
function namedIn(text: string): string[] {
  const names = text.match(/\b(?:pushguard|nodejs|process)_[a-z\d_]*[a-z\d]\b/g) ?? [];
  return [...new Set(names.map((name) => name.replace(/_(bucket|count|sum)$/, '')))].sort();
}

it.each(['rules.yml', 'rules.test.yml', 'dashboard.json'])(
  'a running service exports every metric that %s names',
  (file) => {
    const named = namedIn(textOf(join(OBSERVABILITY, file)));
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !seen.families.has(name))).toEqual([]);
  },
);

it('the guide lists every metric of the service, and no other', () => {
  const listed = namedIn(textOf('src/developers/guide/operation.md')).filter(
    (name) => name.startsWith('pushguard_') && !/_(owner|service)$/.test(name),
  );
  expect(listed).toEqual([...seen.families.keys()].filter((name) => name.startsWith('pushguard_')).sort());
});

it('every alert has a part in the runbook, which its address leads to', () => {
  const rules = textOf(join(OBSERVABILITY, 'rules.yml'));
  const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);
  const anchors = [...rules.matchAll(/runbook_url: \S+\/developers\/runbook#(\w+)/g)].map(([, anchor]) => anchor);
  expect(alerts.length).toBeGreaterThan(10);
  expect(anchors).toEqual(alerts.map((name) => name.toLowerCase()));
  for (const guide of ['runbook', 'ko/runbook']) {
    const headings = [...textOf(`src/developers/guide/${guide}.md`).matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
    expect(headings).toEqual(alerts);
  }
});

it('every alert has a case in which it fires, and one in which it does not', () => {
  const [rules, cases] = ['rules.yml', 'rules.test.yml'].map((file) => textOf(join(OBSERVABILITY, file)));
  const alerts = [...rules!.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);
  for (const alert of alerts) {
    expect(cases).toMatch(new RegExp(`alertname: ${alert}\\s+exp_alerts:\\s+- exp_labels`));
    expect(cases).toMatch(new RegExp(`alertname: ${alert},?\\s+exp_alerts: \\[\\]`));
  }
});

itWithPromtool('the alert rules are valid, and fire in their cases alone', () => {
  for (const [what, file] of [
    ['check', 'rules.yml'],
    ['test', 'rules.test.yml'],
  ] as const) {
    expect(promtool([what, 'rules', join(OBSERVABILITY, file)])).toEqual([0, expect.any(String)]);
  }
});
