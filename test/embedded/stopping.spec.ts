import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startProcess, type ServiceProcess } from '../support/service.ts';

/** Seconds that the held request asks to wait. A stop that waited for it would take as long. */
const WAIT_SECONDS = 30;

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pushguard-stopping-'));
  // Under root, the server runs as another account, which needs access to the directory.
  await chmod(dataDir, 0o755);
});
afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

interface Held {
  answer: Promise<{ status: number | undefined; connection: string | undefined }>;
  closed: Promise<unknown>;
}

async function tokenFor({ announcement: { issuer, clients } }: ServiceProcess, scopes: string): Promise<string> {
  const client = clients.find(({ scope }) => scope === scopes);
  const granted = await fetch(`${issuer}/oauth2/token`, {
    method: 'POST',
    headers: {
      Authorization: `Basic ${Buffer.from(`${client?.clientId}:${client?.clientSecret}`).toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  return ((await granted.json()) as { access_token: string }).access_token;
}

/** Starts an authentication and asks for its next state on a connection that is kept. */
async function hold(service: ServiceProcess, agent: Agent): Promise<Held> {
  const { issuer, lines } = service.announcement;
  const token = await tokenFor(service, 'authentications');
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  const { phoneNumber, birthDate, genderDigit } = lines[0]!;
  const started = await fetch(`${issuer}/v1/authentications`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ phoneNumber, birthDate, genderDigit, purpose: '회원가입' }),
  });
  const { id } = (await started.json()) as { id: string };
  const asked = request(`${issuer}/v1/authentications/${id}?wait=${WAIT_SECONDS}`, { agent, headers });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve).once('error', reject).end();
  }).then(async (response) => {
    await text(response);
    return { status: response.statusCode, connection: response.headers.connection };
  });
  const closed = new Promise((resolve) => {
    asked.once('socket', (socket) => socket.once('close', resolve));
  });
  // A later request on another connection is answered: the held one was read before it.
  await (await fetch(`${issuer}/v1/authentications/${id}`, { headers })).text();
  return { answer, closed };
}

/** Sends the first line of a snapshot, and does not end it. */
async function upload(service: ServiceProcess): Promise<{ answer: Promise<unknown> }> {
  const sent = request(`${service.announcement.issuer}/carrier/v1/lines/import`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${await tokenFor(service, 'carrier')}`,
      'Content-Type': 'application/x-ndjson',
      'Transfer-Encoding': 'chunked',
      Expect: '100-continue',
    },
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject);
  }).then(async (response) => [
    response.statusCode,
    response.headers['retry-after'],
    (JSON.parse(await text(response)) as { code: unknown }).code,
  ]);
  // The service has begun with the request.
  await new Promise((resolve) => {
    sent.once('continue', resolve).flushHeaders();
  });
  sent.write('{}\n');
  return { answer };
}

/** Sends the beginning of a request, and nothing more. Returns what resolves when the service closes the connection. */
async function openConnection(
  { announcement: { issuer } }: ServiceProcess,
  bytes: string,
): Promise<Promise<unknown>[]> {
  const { port, hostname } = new URL(issuer);
  const socket = connect(Number(port), hostname);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined).resume();
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.write(bytes);
  return [closed];
}

it('SIGTERM answers callers that wait on kept connections or still send, closes every connection, and ends with 0 and without its PostgreSQL', async () => {
  const agent = new Agent({ keepAlive: true });
  const service = await startProcess({ DATA_DIR: dataDir });
  const held = await hold(service, agent);
  const heldSince = performance.now();
  // A connection for metrics that is kept, too.
  const scrape = request(`${service.announcement.management}/metrics`, { agent });
  const scraped = new Promise<IncomingMessage>((resolve) => scrape.once('response', resolve).end());
  await text(await scraped);
  const abandoned = await Promise.all([
    openConnection(service, ''),
    openConnection(service, 'POST /v1/authentications HTTP/1.1\r\nHost: x\r\n'),
    openConnection(service, 'POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n'),
  ]);

  const uploaded = await upload(service);

  const code = await service.stop();
  const took = performance.now() - heldSince;
  expect([code, await held.answer]).toEqual([0, { status: 200, connection: 'close' }]);
  expect(await uploaded.answer).toEqual([503, '1', 'service_unavailable']);
  expect(took).toBeLessThan(WAIT_SECONDS * 1_000);
  await Promise.all([held.closed, ...abandoned.flat()]);
  expect(existsSync(join(dataDir, 'postgres', 'cluster', 'postmaster.pid'))).toBe(false);
  agent.destroy();
});
