import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { generateKeyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { ServiceKeys } from '../../src/crypto/service-keys.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';

/** What the example writes: that it has started, and every message that its gateways were given. */
interface Told {
  started?: true;
  push?: { token: string };
  sms?: { to: string; text: string };
}

const PHONE_NUMBER = '+821012345678';
const told: Told[] = [];
let database: TestDatabase;
let child: ChildProcess;
let issuer: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const [keyring, port] = [generateKeyring(), await freePort()];
  await addLine(new ServiceKeys(parseKeyring(keyring)));
  issuer = `http://127.0.0.1:${port}`;
  child = spawn(process.execPath, ['test/adopting/main.mjs'], {
    env: {
      PATH: process.env['PATH'],
      NODE_ENV: 'test',
      DATABASE_URL: database.url,
      KEYRING: keyring,
      ISSUER: issuer,
      PORT: String(port),
      MANAGEMENT_PORT: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => told.push(JSON.parse(line) as Told));
  await eventually('the service starts', () => told.find(({ started }) => started));
});

afterAll(async () => {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  await database.drop();
});

it('a page shows the adopter’s brand and the changed text, and keeps every other text', async () => {
  const page = await (await fetch(`${issuer}/`)).text();
  expect(page).toContain('<title>가온인증</title>');
  expect(page).toContain('<h1>내 인증번호는 내 휴대폰에서만</h1>');
  expect(page).toContain('가온인증은 비밀번호를 입력한');
  expect(page).toContain('고객센터: 1600-0000');
  expect(page).not.toContain('휴대폰인증보호');
  const english = await (await fetch(`${issuer}/?lang=en`)).text();
  expect(english).toContain('<title>Gaon Verify</title>');
  expect(english).toContain('Gaon Telecom');
});

it('a page hands the brand to its script as data', async () => {
  const page = await (await fetch(`${issuer}/?lang=en`)).text();
  const [, data = ''] = /<script type="application\/json" id="brand"[^>]*>(.*?)<\/script>/s.exec(page) ?? [];
  const names = { service: 'Gaon Verify', carrier: 'Gaon Telecom', callCentre: '1600-0000' };
  expect(JSON.parse(data)).toEqual({ ...names, texts: {} });
});

it('a page loads a stylesheet with the brand’s colours', async () => {
  const page = await (await fetch(`${issuer}/`)).text();
  const [, address = ''] = /href="(\/assets\/brand-\w+\.css)"/.exec(page) ?? [];
  const stylesheet = await fetch(issuer + address);
  expect(stylesheet.headers.get('content-type')).toBe('text/css; charset=utf-8');
  expect(await stylesheet.text()).toContain('--brand:#7a1fa2');
});

it('the adopter’s gateway is given the code of a person who logs in on the website', async () => {
  const form = await fetch(`${issuer}/login`);
  const cookie = form.headers.getSetCookie().map((one) => one.split(';')[0]);
  const [, token = ''] = /name="form" value="([^"]+)"/.exec(await form.text()) ?? [];
  const sent = await fetch(`${issuer}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Cookie: cookie.join('; '), Origin: issuer },
    body: new URLSearchParams({ form: token, birthDate: '900101', genderDigit: '1', phoneNumber: PHONE_NUMBER }),
  });
  expect([sent.status, sent.headers.get('location')]).toEqual([303, '/code']);
  const sms = await eventually('a text message', () => told.find((one) => one.sms)?.sms);
  expect(sms.to).toBe(PHONE_NUMBER);
  expect(sms.text).toMatch(/^\[가온인증\] 본인확인 인증번호 \[\d{6}\]/);
});

async function addLine(keys: ServiceKeys): Promise<void> {
  const lineId = 'line-of-the-adopter';
  await database.pool.query(
    `INSERT INTO lines (id, phone_index, phone_number, owner, carrier, status, holder, plan, handset)
     VALUES ($1, $2, $3, $4, 'SKT', 'active', 'self', 'postpaid', $5)`,
    [
      lineId,
      keys.indexes.of('phone', PHONE_NUMBER),
      keys.fields.encrypt(PHONE_NUMBER, `lines:phone_number:${lineId}`),
      keys.fields.encrypt(JSON.stringify({ birthDate: '900101', genderDigit: '1' }), `lines:owner:${lineId}`),
      JSON.stringify({ os: 'android', osVersion: '14', formFactor: 'phone' }),
    ],
  );
}
