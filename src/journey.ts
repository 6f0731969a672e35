import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { randomId } from './crypto/random.ts';
import { Phone } from './phone/phone.ts';

/** The line that `npm start -- --json` prints first. */
interface Announcement {
  issuer: string;
  pushOutbox: string;
  smsOutbox: string;
  clients: { clientId: string; clientSecret: string; scope: string; name: string }[];
  lines: { lineId: string; phoneNumber: string; birthDate: string; genderDigit: string; note: string }[];
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** What goes from step to step. */
interface Scene {
  service: Announcement;
  tokens: Map<string, string>;
  pushToken: string;
  phone?: Phone;
  authenticationId?: string;
  code?: string;
  subscriptionId?: string;
  /** The last sequence that the carrier used for our line. */
  sequence: number;
  /** The number that the line has now. */
  phoneNumber?: string;
}

/** One step as a person would see it. It answers what was seen, and throws when it is not what it has to be. */
interface Step {
  title: string;
  play: (scene: Scene) => Promise<string>;
}

const PIN = '274951';

/** First act: a window verifies a subscriber. */
const VERIFIED: Step[] = [
  {
    title: 'The call centre subscribes a line and reads out an enrolment code',
    play: async (scene) => {
      const { status, body } = await call(scene, 'operator', 'POST', '/operator/v1/subscriptions', {
        phoneNumber: subscriber(scene).phoneNumber,
      });
      expect(status === 201, `201 expected, got ${status} ${JSON.stringify(body)}`);
      scene.code = String(body['enrolmentCode']);
      scene.subscriptionId = String(body['subscriptionId']);
      return `enrolment code ${scene.code}`;
    },
  },
  {
    title: 'The app enrols; its keys never leave the phone',
    play: async (scene) => {
      scene.phone = await Phone.enrol({
        issuer: scene.service.issuer,
        enrolmentCode: scene.code ?? '',
        pin: PIN,
        platform: 'android',
        formFactor: 'phone',
        osVersion: '14',
        appVersion: '1.0.0',
        pushToken: scene.pushToken,
        name: '여정의 전화기',
      });
      return `device ${scene.phone.serialNumber} is under test`;
    },
  },
  {
    title: 'A test code arrives by encrypted push, and ends the test',
    play: async (scene) => {
      const phone = enrolled(scene);
      const received = await phone.receive(await nextPush(scene, 'test'));
      expect(received.kind === 'test', 'a test code expected');
      await phone.confirmTest(received.code);
      return `test code ${received.code}: the device is active`;
    },
  },
  {
    title: 'A window starts an authentication; the phone is woken by a push that says nothing secret',
    play: async (scene) => {
      const { status, body } = await start(scene);
      expect(
        status === 201 && body['channel'] === 'push',
        `201 by push expected, got ${status} ${JSON.stringify(body)}`,
      );
      scene.authenticationId = String(body['id']);
      const data = await nextPush(scene, 'wake');
      expect(Object.keys(data).sort().join() === 'id,t', `the wake-up says more than its id: ${JSON.stringify(data)}`);
      return `woken for ${scene.authenticationId}, until ${String(body['expiresAt'])}`;
    },
  },
  {
    title: 'The person sees who asks and why, and types a wrong PIN',
    play: async (scene) => {
      const phone = enrolled(scene);
      const [asked] = await phone.pending();
      expect(
        asked !== undefined && asked.id === scene.authenticationId,
        'the authentication is not in the pending list',
      );
      const refused = await phone.open(asked, '000001').then(
        () => undefined,
        (error: unknown) => error as { code?: string; attemptsLeft?: number },
      );
      expect(
        refused?.code === 'pin_mismatch' && refused.attemptsLeft === 4,
        `pin_mismatch expected, got ${String(refused?.code)}`,
      );
      return `${asked.relyingParty.name} asks for: ${asked.purpose}. Wrong PIN, 4 tries left`;
    },
  },
  {
    title: 'The person types the right PIN; only now does a code exist, and it arrives encrypted',
    play: async (scene) => {
      const phone = enrolled(scene);
      const [asked] = await phone.pending();
      expect(asked !== undefined, 'nothing is pending');
      await phone.open(asked, PIN);
      const received = await phone.receive(await nextPush(scene, 'code'));
      expect(
        received.kind === 'code' && received.relyingParty === asked.relyingParty.name,
        'a code from this relying party expected',
      );
      scene.code = received.code;
      const fetched = await phone.readCode(await phone.envelope(asked.id), asked.id);
      expect(fetched.code === received.code, 'the fetched envelope holds another code than the push');
      return `code ${received.code}`;
    },
  },
  {
    title: 'A wrong code is refused and counted',
    play: async (scene) => {
      const wrong = scene.code === '000000' ? '000001' : '000000';
      const { status, body } = await verify(scene, wrong);
      expect(
        status === 422 && body['code'] === 'code_mismatch' && body['attemptsLeft'] === 4,
        `code_mismatch expected, got ${status} ${JSON.stringify(body)}`,
      );
      return '4 tries left';
    },
  },
  {
    title: 'The right code verifies the person, with a signed assertion',
    play: async (scene) => {
      const { status, body } = await verify(scene, scene.code ?? '');
      const result = body['result'] as { birthDate?: string; phoneNumber?: string } | undefined;
      expect(
        status === 200 && body['state'] === 'verified',
        `verified expected, got ${status} ${JSON.stringify(body)}`,
      );
      expect(result?.phoneNumber === subscriber(scene).phoneNumber, 'somebody else was verified');
      expect(String(body['assertion']).split('.').length === 3, 'no assertion');
      return `verified: born ${String(result.birthDate)}, ${result.phoneNumber}`;
    },
  },
  {
    title: 'The same code does not verify twice',
    play: async (scene) => {
      const { status, body } = await verify(scene, scene.code ?? '');
      expect(status === 409 && body['state'] === 'verified', `authentication_closed expected, got ${status}`);
      return 'authentication_closed';
    },
  },
  {
    title: 'A request that the person did not make is declined',
    play: async (scene) => {
      const phone = enrolled(scene);
      const { body } = await start(scene);
      await phone.decline(String(body['id']), 'not_me');
      const seen = await call(scene, 'authentications', 'GET', `/v1/authentications/${String(body['id'])}`);
      expect(seen.body['state'] === 'declined', `declined expected, got ${String(seen.body['state'])}`);
      return 'the window learns: declined';
    },
  },
  {
    title: 'Somebody who is not subscribed still gets a code by SMS, and is verified with it',
    play: async (scene) => {
      const person = scene.service.lines.find(({ lineId }) => lineId === 'demo-3');
      expect(person !== undefined, 'the demo line is missing');
      const { body } = await start(scene, person);
      expect(body['channel'] === 'sms', 'a start by SMS expected');
      const text = await nextText(scene, person.phoneNumber);
      const code = /\[(\d{6})\]/.exec(text)?.[1] ?? '';
      scene.authenticationId = String(body['id']);
      const { status } = await verify(scene, code);
      expect(status === 200, `200 expected, got ${status}`);
      return text;
    },
  },
  {
    title: 'An unknown number is answered alike, and nothing is sent',
    play: async (scene) => {
      const { status, body } = await start(scene, {
        phoneNumber: '+821055550000',
        birthDate: '900101',
        genderDigit: '1',
      });
      expect(status === 201 && body['channel'] === 'sms', `201 by sms expected, got ${status}`);
      return 'channel sms, and no code will ever match';
    },
  },
  {
    title: 'The app shows the history',
    play: async (scene) => {
      const history = await enrolled(scene).history();
      const states = history.map(({ state }) => state).join(', ');
      expect(states === 'declined, verified', `declined, verified expected, got ${states}`);
      return states;
    },
  },
];

/** Second act: what the carrier says, and what becomes of the subscription. */
const CARRIED: Step[] = [
  {
    title: 'Five lines that may not subscribe are refused, each with its reason',
    play: async (scene) => {
      const wanted = { 'demo-5': 'minor', 'demo-6': 'corporate_line', 'demo-7': 'other_party_name' };
      const further = { 'demo-8': 'prepaid_plan', 'demo-10': 'unsupported_os' };
      const refused: string[] = [];
      for (const [lineId, reason] of Object.entries({ ...wanted, ...further })) {
        const { phoneNumber } = scene.service.lines.find((line) => line.lineId === lineId) ?? { phoneNumber: '' };
        const { status, body } = await call(scene, 'operator', 'POST', '/operator/v1/subscriptions', { phoneNumber });
        const reasons = (body['reasons'] ?? []) as { code: string; message: string }[];
        const found = reasons.find(({ code }) => code === reason);
        expect(status === 422 && found !== undefined, `${lineId}: ${reason} expected, got ${JSON.stringify(body)}`);
        refused.push(`${reason}: ${found.message}`);
      }
      return refused.join('\n   ');
    },
  },
  {
    title: 'The carrier suspends the line: nothing can be opened; resumed, everything is as before',
    play: async (scene) => {
      await tell(scene, 'suspended');
      const { body } = await start(scene);
      expect(body['channel'] === 'push', 'a suspended subscription must look like any other');
      expect((await enrolled(scene).pending()).length === 0, 'a suspended subscription shows something to open');
      const suspended = await standing(scene);
      await tell(scene, 'resumed');
      const resumed = await standing(scene);
      expect(suspended === 'suspended (line_suspended)' && resumed === 'active', `got ${suspended}, then ${resumed}`);
      return `${suspended}, then ${resumed}`;
    },
  },
  {
    title: 'The carrier tells of a new phone: the old one is out of use, and the app is enrolled again',
    play: async (scene) => {
      const old = enrolled(scene);
      await tell(scene, 'device-changed', { os: 'ios', osVersion: '18.1', formFactor: 'phone', model: 'iPhone17,3' });
      const refused = await old.pending().then(
        () => undefined,
        (error: unknown) => (error as { code?: string }).code,
      );
      expect(refused === 'device_proof_invalid', `the old phone must be refused, got ${String(refused)}`);
      const path = `/operator/v1/subscriptions/${scene.subscriptionId ?? ''}/enrolment-code`;
      const { body } = await call(scene, 'operator', 'POST', path, { reason: '기기변경' });
      scene.pushToken = `journey-${randomId()}`;
      scene.phone = await Phone.enrol({
        issuer: scene.service.issuer,
        enrolmentCode: String(body['enrolmentCode']),
        pin: PIN,
        platform: 'ios',
        formFactor: 'phone',
        osVersion: '18.1',
        appVersion: '1.0.0',
        pushToken: scene.pushToken,
        name: '새 전화기',
      });
      const received = await scene.phone.receive(await nextPush(scene, 'test'));
      expect(received.kind === 'test', 'a test code expected');
      await scene.phone.confirmTest(received.code);
      return `the old phone: ${refused}; the new one: ${scene.phone.serialNumber}`;
    },
  },
  {
    title: 'The number changes: the subscriber is found under the new one, the old one is nobody’s',
    play: async (scene) => {
      const old = subscriber(scene);
      scene.phoneNumber = '+821000001111';
      await tell(scene, 'number-changed', { phoneNumber: scene.phoneNumber });
      const atOld = await start(scene, old);
      const atNew = await start(scene, { ...old, phoneNumber: scene.phoneNumber });
      expect(
        atOld.body['channel'] === 'sms' && atNew.body['channel'] === 'push',
        `sms and push expected, got ${String(atOld.body['channel'])} and ${String(atNew.body['channel'])}`,
      );
      scene.authenticationId = String(atNew.body['id']);
      return 'a push at the new number, a decoy at the old one';
    },
  },
  {
    title: 'The number is ported out while a window waits: cancelled at once, and the right code is worth nothing',
    play: async (scene) => {
      const phone = enrolled(scene);
      const asked = (await phone.pending()).find(({ id }) => id === scene.authenticationId);
      expect(asked !== undefined, 'nothing is pending');
      await phone.open(asked, PIN);
      const { code } = await phone.readCode(await phone.envelope(asked.id), asked.id);
      await tell(scene, 'ported-out', { newCarrier: 'KT' });
      const { status } = await verify(scene, code);
      const end = await standing(scene);
      expect(status === 409 && end === 'cancelled (ported_out)', `409 and cancelled expected, got ${status}, ${end}`);
      const notice = await nextPush(scene, 'notice');
      expect(Object.keys(notice).join() === 't', `a notice says more than that it is one: ${JSON.stringify(notice)}`);
      return `${end}; the phone is told, the window gets ${status}`;
    },
  },
];

const STEPS: Step[] = [...VERIFIED, ...CARRIED];

async function main(): Promise<void> {
  const json = process.argv.includes('--json');
  const dataDir = await mkdtemp(join(tmpdir(), 'pushguard-journey-'));
  // As root, PostgreSQL runs under another account, which has to reach it.
  await chmod(dataDir, 0o755);
  // A copy of its own: nothing of a configured service leaks into it but where its queue is.
  const { PATH, HOME, TMPDIR, EMBEDDED_PG_BIN, REDIS_URL } = process.env;
  const inherited = { PATH, HOME, TMPDIR, EMBEDDED_PG_BIN, REDIS_URL };
  const main = createRequire(import.meta.url).resolve('./main.js');
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
            : `${step}. ${title}\n   DID NOT HOLD: ${message}\n`,
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
    process.stdout.write(failed ? '\nThe journey broke off.\n' : `\nEvery one of ${STEPS.length} steps held.\n`);
  process.exitCode = failed ? 1 : 0;
}

function expect(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

function subscriber({ service }: Scene): Announcement['lines'][number] {
  const [first] = service.lines;
  expect(first !== undefined, 'the service has no demo lines');
  return first;
}

function enrolled({ phone }: Scene): Phone {
  expect(phone !== undefined, 'no phone is enrolled');
  return phone;
}

async function start(
  scene: Scene,
  person: { phoneNumber: string; birthDate: string; genderDigit: string } = subscriber(scene),
): Promise<Answer> {
  const { phoneNumber, birthDate, genderDigit } = person;
  return call(scene, 'authentications', 'POST', '/v1/authentications', {
    phoneNumber,
    birthDate,
    genderDigit,
    purpose: '회원가입',
  });
}

/** Tells of our subscriber's line as the carrier would: a CloudEvent in structured mode. */
async function tell(scene: Scene, kind: string, data?: object): Promise<void> {
  scene.sequence += 1;
  const event = {
    specversion: '1.0',
    id: randomId(),
    source: 'urn:journey:carrier',
    type: `pushguard.line.v1.${kind}`,
    subject: subscriber(scene).lineId,
    sequence: scene.sequence,
    time: new Date().toISOString(),
    ...(data && { data }),
  };
  const { status, body } = await call(
    scene,
    'carrier',
    'POST',
    '/carrier/v1/events',
    event,
    'application/cloudevents+json',
  );
  expect(status === 202 && body['outcome'] === 'applied', `applied expected, got ${status} ${JSON.stringify(body)}`);
}

/** What the call centre sees of our subscription. */
async function standing(scene: Scene): Promise<string> {
  const phoneNumber = scene.phoneNumber ?? subscriber(scene).phoneNumber;
  const path = `/operator/v1/subscriptions?phoneNumber=${encodeURIComponent(phoneNumber)}`;
  const { body } = await call(scene, 'operator', 'GET', path);
  const [newest] = Object.values(body) as { state: string; reason: string | null }[];
  return newest ? newest.state + (newest.reason === null ? '' : ` (${newest.reason})`) : 'none';
}

async function verify(scene: Scene, code: string): Promise<Answer> {
  return call(scene, 'authentications', 'POST', `/v1/authentications/${scene.authenticationId ?? ''}/verification`, {
    code,
  });
}

/** Calls the service as the demo client that has this scope. */
async function call(
  scene: Scene,
  scope: string,
  method: string,
  path: string,
  body?: object,
  contentType = 'application/json',
): Promise<Answer> {
  const { issuer } = scene.service;
  let token = scene.tokens.get(scope);
  if (!token) {
    const client = scene.service.clients.find((one) => one.scope === scope);
    const basic = Buffer.from(`${client?.clientId ?? ''}:${client?.clientSecret ?? ''}`).toString('base64');
    const answer = await fetch(`${issuer}/oauth2/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    });
    token = ((await answer.json()) as { access_token: string }).access_token;
    scene.tokens.set(scope, token);
  }
  const response = await fetch(issuer + path, {
    method,
    headers: {
      Authorization: `Bearer ${token}`,
      'Audit-Reason': 'journey',
      ...(body && { 'Content-Type': contentType }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text ? (JSON.parse(text) as Record<string, unknown>) : {} };
}

/** The next push of a kind to our phone, as its platform would hand it to the app. */
async function nextPush({ service, pushToken }: Scene, kind: string): Promise<Record<string, string>> {
  for (let seen = 0; ;) {
    const url = `${service.pushOutbox}?to=${pushToken}&after=${seen}&wait=10`;
    const pushes = (await (await fetch(url)).json()) as { data: Record<string, string> }[];
    expect(pushes.length > 0, `no push of kind ${kind} within ten seconds`);
    const wanted = pushes.find(({ data }) => data['t'] === kind);
    if (wanted) return wanted.data;
    seen += pushes.length;
  }
}

async function nextText({ service }: Scene, to: string): Promise<string> {
  const url = `${service.smsOutbox}?to=${encodeURIComponent(to)}&wait=10`;
  const [text] = (await (await fetch(url)).json()) as { text: string }[];
  expect(text !== undefined, 'no text message within ten seconds');
  return text.text;
}

async function announcementOf(child: ChildProcess): Promise<Announcement> {
  expect(child.stdout !== null, 'the service has no output');
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the service did not start')));
  const [line] = (await Promise.race([once(createInterface({ input: child.stdout }), 'line'), ended])) as [string];
  return JSON.parse(line) as Announcement;
}

await main();
