import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readArguments } from '../../src/commands/sink-tokens/arguments.ts';
import { eventually } from '../support/eventually.ts';
import { expectProblem } from '../support/problem.ts';
import { answerOf, packed, TestService, type Answer } from '../support/service.ts';

interface Listed {
  id: string;
  clientId: string;
  state: string;
  note: string | null;
  lastUsedAt: string | null;
}

let service: TestService;
let carrier: string;

beforeAll(async () => {
  service = await TestService.start();
  carrier = await register('carrier', 'operator');
});
afterAll(async () => {
  await service.stop();
});

async function register(...scopes: string[]): Promise<string> {
  const clientId = `platform-${randomUUID()}`;
  await service.rows.clients.register({ clientId, secret: 'none', scopes });
  return clientId;
}

/** Runs `npm run sink-token`. */
function command(...words: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [packed('commands/sink-tokens'), ...words], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_ENV: 'test',
      ISSUER: 'http://127.0.0.1',
      ...service.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

async function json<Result>(...words: string[]): Promise<Result> {
  const { code, stdout, stderr } = await command(...words, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Result;
}

/** Sends an event with a token. */
async function present(token: string): Promise<Answer> {
  const event = {
    specversion: '1.0',
    id: randomUUID(),
    source: 'urn:test:platform',
    type: 'pushguard.line.v1.suspended',
    subject: 'line-nowhere',
    sequence: 1,
    time: new Date().toISOString(),
  };
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/cloudevents+json' };
  const body = JSON.stringify(event);
  return answerOf(await fetch(`${service.issuer}/carrier/v1/events`, { method: 'POST', headers, body }));
}

/** Puts a token into the table. */
async function stored(): Promise<{ id: string; token: string }> {
  const [client, token] = [await register('carrier'), `pgsink_${randomBytes(32).toString('base64url')}`];
  const { rows } = await service.database.pool.query<{ id: string }>(
    `INSERT INTO sink_tokens (id, client_id, digest, expires_at)
      SELECT gen_random_uuid(), id, sha256($2::text::bytea), now() + interval '1 day' FROM clients
      WHERE client_id = $1 RETURNING id`,
    [client, token],
  );
  return { id: rows[0]!.id, token };
}

const refusedSoon = (token: string) =>
  eventually('the token to be refused', async () => {
    const answer = await present(token);
    return answer.status !== 202 && answer;
  });

describe('npm run sink-token', () => {
  it('issues a token that opens the carrier feed alone, is shown once, and whose last use is listed', async () => {
    const { code, stdout } = await command('issue', carrier, '--note=SIM swaps', '--reason=계약 7');
    expect(code).toBe(0);
    const shown =
      /^client id {3}(\S+)\ntoken id {4}(\S+)\nsink token {2}(\S+) {3}\(not shown again\)\nexpires {5}(\S+)\n$/;
    const [, clientId, id = '', token = '', expires = ''] = shown.exec(stdout) ?? [];
    expect(clientId).toBe(carrier);
    expect(token).toMatch(/^pgsink_[\w-]{43}$/);
    expect(Math.round((Date.parse(expires) - Date.now()) / 86_400_000)).toBe(90);

    expect(await present(token)).toMatchObject({ status: 202, body: { outcome: 'unknown_line' } });
    const [unused, revoked] = [await stored(), await stored()];
    await service.database.pool.query('UPDATE sink_tokens SET revoked_at = now() WHERE id = $1', [revoked.id]);
    const listed = await json<Listed[]>('list');
    const used = { id, clientId: carrier, state: 'serves', note: 'SIM swaps', lastUsedAt: expect.any(String) };
    expect(listed).toEqual([
      expect.objectContaining(used),
      expect.objectContaining({ id: unused.id, state: 'serves', lastUsedAt: null }),
      expect.objectContaining({ id: revoked.id, state: 'revoked' }),
    ]);
    const { rows } = await service.database.pool.query(
      `SELECT s::text AS row, a.operator, a.action, a.reason FROM sink_tokens s, audit_entries a
        WHERE s.id = $1 AND a.action = $2`,
      [id, `sink-token-issue ${carrier}`],
    );
    expect(rows).toEqual([
      {
        row: expect.stringContaining(createHash('sha256').update(token).digest('hex')),
        operator: expect.stringMatching(/^terminal:/),
        action: `sink-token-issue ${carrier}`,
        reason: `계약 7; token ${id}, 90 days, note=SIM swaps`,
      },
    ]);
    for (const text of [JSON.stringify([rows, listed]), service.process.log()]) expect(text).not.toContain(token);

    for (const [method, path] of [
      ['PUT', '/carrier/v1/lines/line-1'],
      ['POST', '/carrier/v1/lines/import'],
      ['GET', '/operator/v1/eligibility?phoneNumber=01012345678'],
      ['GET', '/operator/v1/overview'],
      ['POST', '/v1/authentications'],
    ] as const) {
      const headers = { Authorization: `Bearer ${token}`, 'Audit-Reason': 'test' };
      const answer = await fetch(service.issuer + path, { method, headers });
      expectProblem(await answerOf(answer), 401, 'invalid_token');
    }
    expectProblem(await present(`${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`), 401, 'invalid_token');
  });

  it('revokes a token within a second, and writes it to the audit', async () => {
    const { id, token } = await stored();
    expect((await present(token)).status).toBe(202);
    expect(await command('revoke', id)).toEqual({ code: 0, stdout: `${id} is revoked\n`, stderr: '' });
    expectProblem(await refusedSoon(token), 401, 'invalid_token');
    const { rows } = await service.database.pool.query(`SELECT reason FROM audit_entries WHERE action = $1`, [
      `sink-token-revoke ${id}`,
    ]);
    expect(rows).toEqual([{ reason: '-' }]);
  });

  it.each<[string, string]>([
    ['it expired', `UPDATE sink_tokens SET expires_at = now() WHERE id = $1`],
    [
      'its client was disabled',
      `UPDATE clients SET disabled_at = now() WHERE id = (SELECT client_id FROM sink_tokens WHERE id = $1)`,
    ],
    [
      'its client lost the scope',
      `UPDATE clients SET scopes = '{operator}' WHERE id = (SELECT client_id FROM sink_tokens WHERE id = $1)`,
    ],
  ])('admits no more with a token once %s', async (_case, sql) => {
    const { id, token } = await stored();
    expect((await present(token)).status).toBe(202);
    await service.database.pool.query(sql, [id]);
    expectProblem(await refusedSoon(token), 401, 'invalid_token');
    if (/scopes/.test(sql))
      expect((await json<Listed[]>('list')).find((one) => one.id === id)).toMatchObject({
        state: 'client without scope',
      });
  });

  it('forgets tokens and secrets that ended more than 90 days ago', async () => {
    const [old, recent] = [await stored(), await stored()];
    const sql = (days: number, { id }: { id: string }) =>
      service.database.pool.query(
        `WITH t AS (UPDATE sink_tokens SET expires_at = now() - make_interval(days => $1) WHERE id = $2 RETURNING client_id)
          INSERT INTO client_secrets (client_id, digest, ends_at)
          SELECT client_id, sha256('former'), now() - make_interval(days => $1) FROM t`,
        [days, id],
      );
    await sql(91, old);
    await sql(89, recent);
    const kept = async () =>
      (
        await service.database.pool.query<{ id: string; secrets: string }>(
          `SELECT t.id, (SELECT count(*) FROM client_secrets s WHERE s.client_id = t.client_id) AS secrets
            FROM sink_tokens t WHERE t.id = ANY($1)`,
          [[old.id, recent.id]],
        )
      ).rows;
    await eventually('the purge', async () => (await kept()).length === 1);
    expect(await kept()).toEqual([{ id: recent.id, secrets: '1' }]);
    await eventually('the purge of secrets', async () => {
      const { rows } = await service.database.pool.query(
        `SELECT FROM client_secrets WHERE ends_at < now() - interval '90 days'`,
      );
      return rows.length === 0;
    });
  });

  it('says what to do, exits with 1 and changes nothing', async () => {
    const count = async () => (await service.database.pool.query('SELECT count(*) FROM sink_tokens')).rows;
    const ended = await stored();
    await service.database.pool.query('UPDATE sink_tokens SET revoked_at = now() WHERE id = $1', [ended.id]);
    const [before, shop] = [await count(), await register('authentications')];
    const full = await register('carrier');
    await service.database.pool.query(
      `INSERT INTO sink_tokens (id, client_id, digest, expires_at)
        SELECT gen_random_uuid(), c.id, sha256(n::text::bytea), now() + interval '1 day' FROM clients c, generate_series(1, 20) n
        WHERE client_id = $1`,
      [full],
    );
    const refused = [
      [['issue', 'nowhere'], 'No client has the id nowhere.'],
      [['issue', shop], `${shop} has not the scope carrier`],
      [['issue', full], `${full} has 20 sink tokens that serve.`],
      [['revoke', randomUUID()], 'No sink token has the id'],
      [['revoke', ended.id], `The sink token ${ended.id} is revoked already.`],
    ] as const;
    const answers = await Promise.all(refused.map(([words]) => command(...words)));
    for (const [at, { code, stdout, stderr }] of answers.entries()) {
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(refused[at]![1]);
    }
    await service.database.pool.query(
      'DELETE FROM sink_tokens WHERE client_id = (SELECT id FROM clients WHERE client_id = $1)',
      [full],
    );
    expect(await count()).toEqual(before);
  });

  it.each<[string, string[]]>([
    ['Give one of issue, list, revoke.', ['rotate']],
    ['Give one client id.', ['issue']],
    ['Give one client id.', ['issue', 'a', 'b']],
    ['Give one token id.', ['revoke']],
    ['That is no token id.', ['revoke', 'demo']],
    ['The days must be a whole number from 1 to 400.', ['issue', 'a', '--days=401']],
    ['The days must be a whole number from 1 to 400.', ['issue', 'a', '--days=0']],
    ['The days must be a whole number from 1 to 400.', ['issue', 'a', '--days=1e1']],
    ['The note must be one line of 1 to 100', ['issue', 'a', '--note=']],
    ['revoke takes no --days.', ['revoke', randomUUID(), '--days=3']],
    ["Unknown option '--colour'.", ['list', '--colour=red']],
  ])('before it looks for a database: %s', (sentence, words) => {
    expect(() => readArguments(words)).toThrow(sentence);
  });
});
