import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';
import { startFleet, type Fleet } from '../support/fleet.ts';
import { freePort } from '../support/free-port.ts';
import { startProcess, type Subscriber, type TestService } from '../support/service.ts';
import { manySubscribers, startOpened } from '../support/subscribers.ts';

const RUNS = 200;
/** Maximum random delay in milliseconds before the verification and before the event. */
const APART_MS = 50;

let fleet: Fleet;
let service: TestService;

beforeAll(async () => {
  fleet = await startFleet();
  ({ service } = fleet);
});
afterAll(async () => {
  await fleet.stop();
});

const sql = async <Row>(text: string, values: unknown[] = []) =>
  (await service.database.pool.query(text, values)).rows as Row[];

interface SentEvent {
  kind: string;
  data?: object;
  sequence: number;
  id: string;
}

const event = (lineId: string, { kind, data, sequence, id }: SentEvent) => ({
  specversion: '1.0',
  id,
  source: 'urn:test:carrier',
  type: `pushguard.line.v1.${kind}`,
  subject: lineId,
  sequence,
  time: new Date().toISOString(),
  ...(data && { data }),
});

async function ingest(issuer: string, events: object[]): Promise<string[]> {
  const headers = {
    authorization: `Bearer ${await service.token('carrier')}`,
    'content-type': 'application/cloudevents-batch+json',
  };
  const response = await fetch(`${issuer}/carrier/v1/events`, {
    method: 'POST',
    headers,
    body: JSON.stringify(events),
  });
  if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
  const { outcomes } = (await response.json()) as { outcomes: { outcome: string }[] };
  return outcomes.map(({ outcome }) => outcome);
}

async function statusOf(lineId: string): Promise<string | undefined> {
  return (await sql<{ status: string }>('SELECT status FROM lines WHERE id = $1', [lineId]))[0]?.status;
}

const ENDINGS: readonly Omit<SentEvent, 'id' | 'sequence'>[] = [
  { kind: 'owner-changed', data: { owner: { birthDate: '850505', genderDigit: '2' } } },
  { kind: 'ported-out', data: { newCarrier: 'KT' } },
];

describe('a verification against an owner change or a port-out', () => {
  it(`of ${RUNS} verifications sent together with an owner change or a port-out, none succeeds once the event is committed`, async () => {
    const outcomes = { verified: 0, refused: 0 };
    // Milliseconds by which the event is sent earlier, so that either of the two can win, however long each takes on
    // this machine.
    let lead = 0;
    const race = async (subscriber: Subscriber, run: number) => {
      const { lineId } = subscriber.person;
      const { id, code } = await startOpened(service, subscriber);
      const ending = { ...ENDINGS[run % 2]!, sequence: 1, id: randomUUID() };
      const [first, second] = [randomInt(APART_MS), randomInt(APART_MS)];
      const [verified, ingested] = await Promise.all([
        delay(first + Math.max(0, lead)).then(() => service.verify(id, code)),
        delay(second + Math.max(0, -lead)).then(() => ingest(service.issuer, [event(lineId, ending)])),
      ]);
      expect(ingested).toEqual(['applied']);
      if (verified.status === 200) outcomes.verified += 1;
      else {
        outcomes.refused += 1;
        expect([409, 422]).toContain(verified.status);
      }
      // The order of the two commits, as the database's commit timestamps record it.
      const [order] = await sql<{ state: string; before: boolean; cancelled: string }>(
        `SELECT a.state, pg_xact_commit_timestamp(a.xmin) < pg_xact_commit_timestamp(s.xmin) AS before,
           s.state AS cancelled
         FROM authentications a JOIN subscriptions s ON s.id = a.subscription_id WHERE a.id = $1`,
        [id],
      );
      expect(order!.cancelled).toBe('cancelled');
      expect(order!.state === 'verified').toBe(verified.status === 200);
      if (order!.state === 'verified') expect(order!.before).toBe(true);
    };
    for (let run = 0; run < RUNS; run += 100) {
      const subscribers = await manySubscribers(service, 100);
      for (let at = 0; at < 100; at += 10) {
        const { verified, refused } = outcomes;
        await Promise.all(subscribers.slice(at, at + 10).map((one, nth) => race(one, run + at + nth)));
        lead += outcomes.verified - verified - (outcomes.refused - refused);
      }
    }
    expect(outcomes.verified + outcomes.refused).toBe(RUNS);
    // Both outcomes must occur; otherwise the two requests never raced.
    expect(outcomes.verified).toBeGreaterThan(RUNS / 20);
    expect(outcomes.refused).toBeGreaterThan(RUNS / 20);
  });
});

const PLAIN: readonly Omit<SentEvent, 'id' | 'sequence'>[] = [
  { kind: 'suspended' },
  { kind: 'resumed' },
  { kind: 'plan-changed', data: { plan: 'postpaid' } },
  { kind: 'device-changed', data: { os: 'android', osVersion: '15', formFactor: 'phone' } },
  { kind: 'sim-swapped' },
];
const TERMINAL = [
  ...ENDINGS,
  { kind: 'terminated' },
  { kind: 'plan-changed', data: { plan: 'prepaid' } },
  { kind: 'device-changed', data: { os: 'windows', osVersion: '8.1', formFactor: 'phone' } },
];

/** Events of one line with ascending sequence numbers, and an arrival order in which some events are duplicated. */
const stream = (kinds: readonly Omit<SentEvent, 'id' | 'sequence'>[]) =>
  fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 8 }).chain((some) => {
    const sent = some.map((one, at): SentEvent => ({ ...one, sequence: at + 1, id: randomUUID() }));
    const again = fc.array(fc.constantFrom(...sent), { maxLength: 4 });
    return fc.tuple(
      fc.constant(sent),
      again.chain((twice) => fc.shuffledSubarray([...sent, ...twice], { minLength: sent.length + twice.length })),
    );
  });

/** Subscribers of whom no event has told yet, as many as are made at once. */
const unused: Subscriber[] = [];

async function endOf(sent: readonly SentEvent[]): Promise<{ state: string; suspensions: string[] }> {
  if (unused.length === 0) unused.push(...(await manySubscribers(service, 50)));
  const subscriber = unused.pop();
  const [row] = await sql<{ line_id: string }>('SELECT line_id FROM subscriptions WHERE id = $1', [
    subscriber!.subscriptionId,
  ]);
  // Event ids are unique per carrier, so each line gets its own.
  const own = randomUUID();
  let cancelled = false;
  for (const one of sent) {
    await ingest(service.issuer, [event(row!.line_id, { ...one, id: `${own}${one.id}` })]);
    const [now] = await sql<{ state: string }>('SELECT state FROM subscriptions WHERE id = $1', [
      subscriber!.subscriptionId,
    ]);
    cancelled ||= now!.state === 'cancelled';
    if (cancelled) expect(now!.state).toBe('cancelled');
  }
  const [end] = await sql<{ state: string; suspensions: string[] }>(
    'SELECT state, suspensions FROM subscriptions WHERE id = $1',
    [subscriber!.subscriptionId],
  );
  return end!;
}

describe('events in any order, some of them sent twice', () => {
  it('events end a subscription or do not, whatever their order, and none brings it back', async () => {
    await fc.assert(
      fc.asyncProperty(stream([...PLAIN, ...TERMINAL]), async ([inOrder, asReceived]) => {
        const ends = inOrder.some(({ kind, data }) =>
          TERMINAL.some((one) => one.kind === kind && JSON.stringify(one.data) === JSON.stringify(data)),
        );
        expect((await endOf(inOrder)).state === 'cancelled').toBe(ends);
        expect((await endOf(asReceived)).state === 'cancelled').toBe(ends);
      }),
      { numRuns: 15 },
    );
  });

  it('suspensions and resumptions in any order leave a subscription in the same state', async () => {
    await fc.assert(
      fc.asyncProperty(stream([{ kind: 'suspended' }, { kind: 'resumed' }]), async ([inOrder, asReceived]) => {
        expect(await endOf(asReceived)).toEqual(await endOf(inOrder));
      }),
      { numRuns: 15 },
    );
  });

  it('events sent twice in their order have the effect of events sent once', async () => {
    await fc.assert(
      fc.asyncProperty(stream(PLAIN), async ([inOrder]) => {
        expect(await endOf(inOrder.flatMap((one) => [one, one]))).toEqual(await endOf(inOrder));
      }),
      { numRuns: 10 },
    );
  });
});

/** What the service holds of a line, in a form in which two lines can be compared. */
async function tracesOf(lineId: string, own: string): Promise<unknown> {
  const [line] = await sql<{ owner: Buffer }>(
    `SELECT owner, carrier, status, plan, handset, version, sequence, told_at, num_nonnulls(phone_index) AS numbers,
       sim_changed_at, sim_doubted_at, doubted_at IS NOT NULL AS doubted, handset_changed_at, protected_until IS NOT NULL AS protected
     FROM lines WHERE id = $1`,
    [lineId],
  );
  const owner = line && service.keys.fields.decrypt(line.owner, `lines:owner:${lineId}`).toString('utf8');
  const of = 'subscription_id IN (SELECT id FROM subscriptions WHERE line_id = $1)';
  const [subscriptions, transitions, notices, alerts, devices, events] = await Promise.all([
    sql('SELECT state, suspensions, reason, link FROM subscriptions WHERE line_id = $1', [lineId]),
    sql(
      `SELECT number, from_state, to_state, change, reason, actor, replace(event_id, $2, '') AS event
       FROM subscription_links WHERE ${of} ORDER BY number`,
      [lineId, own],
    ),
    sql(`SELECT kind, detail, count(*)::int FROM notices WHERE ${of} GROUP BY kind, detail ORDER BY kind, detail`, [
      lineId,
    ]),
    sql(`SELECT kind, state, count(*)::int FROM alerts WHERE ${of} GROUP BY kind, state ORDER BY kind, state`, [
      lineId,
    ]),
    sql(`SELECT state, replaced_at IS NOT NULL AS replaced FROM devices WHERE ${of}`, [lineId]),
    sql(
      `SELECT replace(event_id, $1, '') AS event, type, sequence, at, outcome, reason, kept IS NOT NULL AS kept
       FROM carrier_events WHERE event_id LIKE $1 || '%' ORDER BY 1, id`,
      [own],
    ),
  ]);
  return { line: { ...line, owner }, subscriptions, transitions, notices, alerts, devices, events };
}

/** An event in a batch: of the line in this place, or of one that the register does not hold. */
interface Told {
  place: number;
  id: string;
  kind: string;
  data?: object;
  sequence: number;
  fault: 'time' | 'data' | null;
}

const PLACES = 6;
/** Place of a line without a subscription. Behind it is the id of a line that the register does not hold. */
const PLAIN_LINE = PLACES - 2;

/** Events of several lines, some of them stale, refused or sent twice. */
const mixed = fc
  .array(
    fc.record({
      place: fc.nat(PLACES - 1),
      what: fc.constantFrom(...PLAIN, ...PLAIN, ...TERMINAL),
      sequence: fc.nat(9),
      fault: fc.oneof({ weight: 8, arbitrary: fc.constant(null) }, fc.constantFrom('time' as const, 'data' as const)),
      again: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, fc.nat(20)),
    }),
    { minLength: 10, maxLength: 60 },
  )
  .map((some) =>
    some.reduce<Told[]>((sent, { what, again, ...one }) => {
      const earlier = again === null ? undefined : sent[again];
      return [...sent, earlier ?? { ...one, ...what, id: `-${sent.length}` }];
    }, []),
  );

async function sixLines(): Promise<{ lineIds: string[]; own: string }> {
  const subscribers = await manySubscribers(service, PLAIN_LINE);
  // Two of them began before every event, so that a late one may cancel them.
  await sql(`UPDATE subscriptions SET created_at = now() - interval '1 day' WHERE id = ANY($1)`, [
    subscribers.slice(0, 2).map(({ subscriptionId }) => subscriptionId),
  ]);
  const { lineId } = await service.addLine();
  return { lineIds: [...subscribers.map(({ person }) => person.lineId), lineId, randomUUID()], own: randomUUID() };
}

describe('a batch whose events are applied in sets', () => {
  it('events of several lines in one batch have the outcomes and the effects that they have one at a time', async () => {
    const at = new Date(Date.now() - 60_000);
    await fc.assert(
      fc.asyncProperty(mixed, async (told) => {
        const [together, single] = [await sixLines(), await sixLines()];
        const events = ({ lineIds, own }: typeof together) =>
          told.map(({ place, id, fault, ...what }) => ({
            ...event(lineIds[place]!, { ...what, id: `${own}${id}` }),
            time: fault === 'time' ? 'yesterday' : new Date(at.getTime() + what.sequence).toISOString(),
            ...(fault === 'data' && { data: { nothing: 'known' } }),
          }));
        const outcomes = await ingest(service.issuer, events(together));
        const one: string[] = [];
        for (const each of events(single)) one.push(...(await ingest(service.issuer, [each])));
        expect(outcomes).toEqual(one);
        for (const [place, lineId] of together.lineIds.entries()) {
          expect(await tracesOf(lineId, together.own)).toEqual(await tracesOf(single.lineIds[place]!, single.own));
        }
      }),
      { numRuns: 12 },
    );
  });

  it('events of one line go in their order, however many lines share the batch', async () => {
    const subscribers = await manySubscribers(service, 30);
    const own = randomUUID();
    const rounds = Array.from({ length: 8 }, (_, round) =>
      subscribers.map(({ person }, nth) =>
        event(person.lineId, {
          kind: round % 2 === 0 ? 'suspended' : 'resumed',
          sequence: round + 1,
          id: `${own}-${round}-${nth}`,
        }),
      ),
    );
    expect(new Set(await ingest(service.issuer, rounds.flat()))).toEqual(new Set(['applied']));
    const ends = await sql<{ links: number; state: string }>(
      `SELECT link AS links, state FROM subscriptions WHERE id = ANY($1)`,
      [subscribers.map(({ subscriptionId }) => subscriptionId)],
    );
    expect(ends).toEqual(subscribers.map(() => ({ links: 2 + 8, state: 'active' })));
  });

  it('an event that comes under two lines counts for the first one', async () => {
    const [one, other] = [await service.addLine(), await service.addLine()];
    const id = randomUUID();
    const twice = [one, other].map(({ lineId }) => event(lineId, { kind: 'suspended', sequence: 1, id }));
    expect(await ingest(service.issuer, twice)).toEqual(['applied', 'duplicate']);
    expect([await statusOf(one.lineId), await statusOf(other.lineId)]).toEqual(['suspended', 'active']);
  });

  it.each(['lines', 'subscriptions'] as const)(
    'while another transaction holds a row of %s, the events of the other lines are applied, and its own after it',
    async (table) => {
      const subscribers = await manySubscribers(service, 40);
      const held = subscribers[17]!;
      const events = subscribers.map(({ person }) =>
        event(person.lineId, { kind: 'suspended', sequence: 1, id: randomUUID() }),
      );
      const client = await service.database.pool.connect();
      await client.query('BEGIN');
      const { lineId } = held.person;
      const column = table === 'lines' ? 'id' : 'line_id';
      await client.query(`SELECT 1 FROM ${table} WHERE ${column} = $1 FOR UPDATE`, [lineId]);
      const batch = ingest(service.issuer, events);
      await eventually('the events of the other lines', async () => {
        const others = subscribers.filter((one) => one !== held).map(({ person }) => statusOf(person.lineId));
        return (await Promise.all(others)).every((status) => status === 'suspended');
      });
      expect(await statusOf(lineId)).toBe('active');
      await client.query('COMMIT');
      client.release();
      expect(new Set(await batch)).toEqual(new Set(['applied']));
      expect(await statusOf(lineId)).toBe('suspended');
    },
  );

  it('events of lines whose rows are damaged harm no other event, and are applied when the rows are mended', async () => {
    const people = await Promise.all(Array.from({ length: 50 }, () => service.addLine()));
    const damaged = people.filter((_, nth) => nth % 10 === 3).map(({ lineId }) => lineId);
    const owners = await sql<{ id: string; owner: Buffer }>('SELECT id, owner FROM lines WHERE id = ANY($1)', [
      damaged,
    ]);
    await sql(`UPDATE lines SET owner = set_byte(owner, 20, get_byte(owner, 20) # 1) WHERE id = ANY($1)`, [damaged]);
    const events = people.map(({ lineId }) => event(lineId, { kind: 'suspended', sequence: 1, id: randomUUID() }));
    await expect(ingest(service.issuer, events)).rejects.toThrow(/^500 /);
    const states = await Promise.all(people.map(({ lineId }) => statusOf(lineId)));
    expect(states).toEqual(people.map(({ lineId }) => (damaged.includes(lineId) ? 'active' : 'suspended')));
    for (const { id, owner } of owners) await sql('UPDATE lines SET owner = $2 WHERE id = $1', [id, owner]);
    expect(await ingest(service.issuer, events)).toEqual(
      people.map(({ lineId }) => (damaged.includes(lineId) ? 'applied' : 'duplicate')),
    );
    expect(await Promise.all(people.map(({ lineId }) => statusOf(lineId)))).toEqual(people.map(() => 'suspended'));
  });
});

describe('a database that fails while events are applied', () => {
  it('events whose connections end in the middle are applied once when their batch is sent again, and in their order', async () => {
    const subscribers = await manySubscribers(service, 40);
    const lineIds = subscribers.map(({ person }) => person.lineId);
    const ROUNDS = 10;
    const events = Array.from({ length: ROUNDS }, (_, round) =>
      lineIds.map((lineId) =>
        event(lineId, { kind: round % 2 === 0 ? 'suspended' : 'resumed', sequence: round + 1, id: randomUUID() }),
      ),
    ).flat();
    let cuts = 0;
    let interrupted = 0;
    const answered = eventually('an answer', async () => {
      const outcomes = await ingest(service.issuer, events).catch(() => undefined);
      if (!outcomes) interrupted += 1;
      return outcomes;
    });
    while (cuts < 3) {
      const ended = await sql(
        `SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN pg_locks l USING (pid)
         WHERE l.relation = 'carrier_events'::regclass AND l.granted AND a.pid <> pg_backend_pid() LIMIT 1`,
      );
      cuts += ended.length;
    }
    expect(new Set(await answered)).not.toContain('stale');
    expect(interrupted).toBeGreaterThan(0);
    const ends = await sql<{ links: number; state: string; events: number }>(
      `SELECT s.link AS links, s.state, (SELECT count(*)::int FROM carrier_events e
         WHERE e.line_id = s.line_id AND e.outcome = 'applied') AS events
       FROM subscriptions s WHERE s.line_id = ANY($1)`,
      [lineIds],
    );
    expect(ends).toEqual(lineIds.map(() => ({ links: 2 + ROUNDS, state: 'active', events: ROUNDS })));
  });

  it('while too many events wait, a further batch is refused at once, and the ones before it keep their place', async () => {
    const lines = await Promise.all(Array.from({ length: 8 }, () => service.addLine()));
    const batch = Array.from({ length: 1_000 }, (_, nth) =>
      event(lines[nth % lines.length]!.lineId, { kind: 'suspended', sequence: nth + 1, id: `${nth}` }),
    );
    const headers = {
      authorization: `Bearer ${await service.token('carrier')}`,
      'content-type': 'application/cloudevents-batch+json',
    };
    const body = JSON.stringify(batch);
    const client = await service.database.pool.connect();
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM lines WHERE id = ANY($1) FOR UPDATE', [lines.map(({ lineId }) => lineId)]);
    const answers = await Promise.all(
      Array.from({ length: 51 }, async () => {
        const response = await fetch(`${service.issuer}/carrier/v1/events`, { method: 'POST', headers, body });
        return { status: response.status, retry: response.headers.get('retry-after'), text: await response.text() };
      }),
    );
    await client.query('COMMIT');
    client.release();
    // The rows stay locked for longer than a statement may take, so no batch is applied here.
    expect(new Set(answers.map(({ status, retry }) => `${status} ${retry}`))).toEqual(new Set(['503 1']));
    expect(answers.filter(({ text }) => text.includes('Too many events wait')).length).toBe(1);
    expect(new Set(await ingest(service.issuer, batch))).toEqual(new Set(['applied']));
  });
});

describe('a process that is killed while it ingests a feed', () => {
  it('a process that is killed again and again while it ingests a feed loses no event and applies none twice', async () => {
    const port = await freePort();
    const env = { ...service.env, ISSUER: service.issuer, ROLE: 'api', PORT: String(port) };
    const address = `http://127.0.0.1:${port}`;
    const LINES = 50;
    const subscribers = await manySubscribers(service, LINES);
    const rows = await sql<{ id: string; line_id: string }>(
      'SELECT id, line_id FROM subscriptions WHERE id = ANY($1)',
      [subscribers.map(({ subscriptionId }) => subscriptionId)],
    );
    // Each line is suspended and resumed repeatedly.
    const ROUNDS = 12;
    const KILLS = 4;
    const batches = Array.from({ length: ROUNDS }, (_, round) =>
      rows.map(({ line_id }) =>
        event(line_id, { kind: round % 2 === 0 ? 'suspended' : 'resumed', sequence: round + 1, id: randomUUID() }),
      ),
    );
    let running = await startProcess(env);
    let interrupted = 0;
    // The duration of a batch on this machine, so that a kill can hit any moment of one.
    let batchMs = 0;
    for (const [round, batch] of batches.entries()) {
      const begun = performance.now();
      const killing =
        round % (ROUNDS / KILLS) === 1
          ? delay(randomInt(Math.max(1, Math.ceil(batchMs)))).then(() => running.kill())
          : undefined;
      let outcomes = await ingest(address, batch).catch(() => undefined);
      if (killing) {
        await killing;
        running = await startProcess(env);
      }
      // A carrier without an answer sends the same batch again.
      if (!outcomes) {
        interrupted += 1;
        outcomes = await eventually('an answer', () => ingest(address, batch).catch(() => undefined));
      }
      expect(new Set(outcomes)).not.toContain('stale');
      if (!killing) batchMs = performance.now() - begun;
    }
    await running.kill();
    const ids = batches.flat().map(({ id }) => id);
    const [kept] = await sql<{ events: number; applied: number }>(
      `SELECT count(*)::int AS events, count(*) FILTER (WHERE outcome = 'applied')::int AS applied
       FROM carrier_events WHERE event_id = ANY($1)`,
      [ids],
    );
    expect(kept).toEqual({ events: ROUNDS * LINES, applied: ROUNDS * LINES });
    // Transitions: the subscription, the device, and one for each event.
    const ends = await sql<{ transitions: number; twice: number; state: string }>(
      `SELECT count(*)::int AS transitions, (count(event_id) - count(DISTINCT event_id))::int AS twice, s.state
       FROM subscription_links k JOIN subscriptions s ON s.id = k.subscription_id WHERE s.id = ANY($1) GROUP BY s.id`,
      [rows.map(({ id }) => id)],
    );
    expect(ends).toEqual(rows.map(() => ({ transitions: 2 + ROUNDS, twice: 0, state: 'active' })));
    // A kill after the answer to its batch interrupts nothing, but not every kill can be that late.
    expect(interrupted).toBeGreaterThan(0);
  });
});
