import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { generateKeyring, parseKeyring } from '../../src/crypto/keyring.ts';
import { ServiceKeys } from '../../src/crypto/service-keys.ts';
import type { LineFacts } from '../../src/domain/line.ts';
import { startLocalApns, type LocalApns } from '../../src/embedded/local-apns.ts';
import { startLocalFcm, type LocalFcm } from '../../src/embedded/local-fcm.ts';
import { startLocalWebPush, type LocalWebPush } from '../../src/embedded/local-web-push.ts';
import { startLocalSmsc, type LocalSmsc } from '../../src/embedded/local-smsc.ts';
import type { ReceivedPush } from '../../src/embedded/received-push.ts';
import { Phone, type Enrolment } from '../../src/phone/phone.ts';
import { problemOf } from '../../src/phone/problem-error.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { eventually } from './eventually.ts';
import { freePort } from './free-port.ts';
import { Rows } from './rows/rows.ts';

/** The line that `npm start -- --json` prints first. */
export interface Announcement {
  issuer: string;
  management: string;
  pushOutbox: string;
  smsOutbox: string;
  clients: { clientId: string; clientSecret: string; scope: string; name: string }[];
  operators: { login: string; password: string; totpSecret: string; role: string }[];
  members: { clientId: string; login: string; password: string; totpSecret: string; role: string }[];
  lines: { lineId: string; phoneNumber: string; birthDate: string; genderDigit: string; note: string }[];
}

export interface Answer<Body = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: Body;
}

/** The data that identify a person in a start or in a window. */
export interface TestPerson {
  phoneNumber: string;
  birthDate: string;
  genderDigit: string;
}

export type TestScope = 'authentications' | 'signing' | 'carrier' | 'operator' | 'operator.decide';

/** A process of the service as `npm start` runs it. */
export interface ServiceProcess {
  announcement: Announcement;
  child: ChildProcess;
  /** The standard error output so far. */
  log: () => string;
  /** Sends SIGTERM and waits for the exit; returns the exit code. */
  stop(): Promise<number | null>;
  /** Sends SIGKILL and waits for the exit. */
  kill(): Promise<void>;
}

/** Every process that was started here and has not ended, also one that is not ready yet. */
export const startedProcesses = new Set<ChildProcess>();

/** The packed file of a program of dist/src/, such as `commands/verify-audit`. */
export function packed(program: string): string {
  return join(process.env['TEST_SERVICE'] ?? '', `${program}.js`);
}

/**
 * Starts the service with these variables in addition to the test defaults: from the packed file, or, where it brings
 * its own database as `npm start` does, from dist/src/main.js.
 */
export async function startProcess(env: Record<string, string>): Promise<ServiceProcess> {
  const main = 'DATABASE_URL' in env ? packed('main') : 'dist/src/main.js';
  // These accounts have cheap digests. A real password digest takes two seconds of processor time to create and half a
  // second to check.
  const directory = env['DATA_DIR'] ?? '';
  for (const [file, accounts] of [
    ['operators.json', process.env['TEST_OPERATORS']],
    ['members.json', process.env['TEST_MEMBERS']],
  ] as const) {
    const kept = join(directory, file);
    if (accounts !== undefined && existsSync(directory) && !existsSync(kept)) await writeFile(kept, accounts);
  }
  const child = spawn(process.execPath, [main, '--json'], {
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_ENV: 'test',
      // Not 0: Linux gives two processes the same port if both ask at the same moment, and the later one ends.
      PORT: String(await freePort()),
      MANAGEMENT_PORT: String(await freePort()),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-20_000);
  });
  startedProcesses.add(child);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  void exited.then(() => startedProcesses.delete(child));
  const lines = createInterface({ input: child.stdout });
  const announcement = await Promise.race([
    new Promise<Announcement>((resolve) => {
      lines.once('line', (line) => {
        resolve(JSON.parse(line) as Announcement);
      });
    }),
    exited.then((code) => Promise.reject(new Error(`the service ended with ${code} before it began:\n${log}`))),
  ]);
  return {
    announcement,
    child,
    log: () => log,
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** The address of an SMS centre, with its login. */
export function urlOfSmsc({ systemId, password, host, port }: LocalSmsc): string {
  return `smpp://${systemId}:${password}@${host}:${port}`;
}

/** A running service with its own database, platforms and keys, and the actions that tests perform on it. */
export class TestService {
  readonly keys: ServiceKeys;
  /** Direct access to the tables. */
  readonly rows: Rows;
  private readonly tokens = new Map<string, { token: string; until: number }>();

  private constructor(
    readonly process: ServiceProcess,
    readonly database: TestDatabase,
    readonly fcm: LocalFcm,
    readonly apns: LocalApns,
    readonly webPush: LocalWebPush,
    readonly smsc: LocalSmsc,
    readonly keyring: string,
    /** The environment of this service, for further processes that belong to it. */
    readonly env: Record<string, string>,
    private readonly directory: string,
  ) {
    this.keys = new ServiceKeys(parseKeyring(keyring));
    this.rows = new Rows(database.pool);
  }

  /**
   * Starts a service. `env` overrides the variables of the fixture. Without `own`, the database is a clone of the
   * template. `through` may lead the addresses of the platforms through proxies.
   */
  static async start(
    env: Record<string, string> = {},
    own?: TestDatabase,
    through: (platforms: Record<string, string>) => Promise<Record<string, string>> = (platforms) =>
      Promise.resolve(platforms),
  ): Promise<TestService> {
    const [database, fcm, apns, webPush, smsc, directory] = await Promise.all([
      own ?? createTestDatabase(),
      startLocalFcm(),
      startLocalApns(),
      startLocalWebPush(),
      startLocalSmsc(),
      mkdtemp(join(tmpdir(), 'pushguard-service-')),
    ]);
    const inFile = env['KEYRING_FILE'] && (await readFile(env['KEYRING_FILE'], 'utf8'));
    const keyring = env['KEYRING'] ?? (inFile || generateKeyring());
    const platforms = {
      FCM_ENDPOINT: `${fcm.host}:${fcm.port}`,
      APNS_ENDPOINT: `${apns.host}:${apns.port}`,
      ...(!('SMPP_URL_FILE' in env) && { SMPP_URL: urlOfSmsc(smsc) }),
    };
    const all = {
      DATA_DIR: directory,
      DATABASE_URL: database.url,
      ...(!inFile && { KEYRING: keyring }),
      FCM_ENDPOINT_CA: fcm.ca,
      APNS_ENDPOINT_CA: apns.ca,
      APNS_KEY: apns.token.key,
      APNS_KEY_ID: apns.token.keyId,
      APNS_TEAM_ID: apns.token.teamId,
      APNS_TOPIC: apns.topic,
      ...(await through(platforms)),
      ...env,
    };
    const process = await startProcess(all);
    return new TestService(process, database, fcm, apns, webPush, smsc, keyring, all, directory);
  }

  get issuer(): string {
    return this.process.announcement.issuer;
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await Promise.all([this.fcm.close(), this.apns.close(), this.webPush.close(), this.smsc.close()]);
    await this.database.drop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** Returns an access token of the first demo client with this scope, or of `clientId`. */
  async token(scope: TestScope = 'authentications', clientId?: string): Promise<string> {
    const client = this.process.announcement.clients.find((one) =>
      clientId === undefined ? one.scope === scope : one.clientId === clientId,
    );
    if (!client) throw new Error(`no demo client has the scope ${scope}`);
    const known = this.tokens.get(client.clientId);
    if (known && known.until > Date.now()) return known.token;
    const basic = Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64');
    const answer = await fetch(`${this.issuer}/oauth2/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    // While its database is down, the service issues no token; a later request gets one.
    if (!answer.ok) throw await problemOf(answer);
    const { access_token: token } = (await answer.json()) as { access_token: string };
    this.tokens.set(client.clientId, { token, until: Date.now() + TOKEN_MS });
    return token;
  }

  /** Makes every client request a new access token before its next call. */
  forgetTokens(): void {
    this.tokens.clear();
  }

  /** Calls the API as a client. */
  async call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: object,
    options: { scope?: TestScope; clientId?: string; headers?: Record<string, string>; issuer?: string } = {},
  ): Promise<Answer<Body>> {
    const token = await this.token(options.scope, options.clientId);
    const response = await fetch((options.issuer ?? this.issuer) + path, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body && { 'Content-Type': 'application/json' }),
        ...options.headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return answerOf(response);
  }

  /** Starts an authentication of a person. */
  start(
    person: TestPerson,
    options: Parameters<TestService['call']>[3] = {},
  ): Promise<Answer<{ id: string; channel: string; state: string; expiresAt: string; attemptsLeft: number }>> {
    const { phoneNumber, birthDate, genderDigit } = person;
    return this.call(
      'POST',
      '/v1/authentications',
      { phoneNumber, birthDate, genderDigit, purpose: '회원가입' },
      options,
    );
  }

  verify(id: string, code: string, options: Parameters<TestService['call']>[3] = {}): Promise<Answer> {
    return this.call('POST', `/v1/authentications/${id}/verification`, { code }, options);
  }

  /** Adds an eligible line with a unique number; returns its owner. */
  async addLine(other: Partial<LineFacts> = {}): Promise<TestPerson & { lineId: string }> {
    const lineId = other.lineId ?? `line-${randomUUID()}`;
    const digits = String(Math.floor(Math.random() * 1e8)).padStart(8, '0');
    const line: LineFacts = {
      lineId,
      phoneNumber: `+8210${digits}`,
      carrier: 'SKT',
      status: 'active',
      holder: 'self',
      owner: { birthDate: '900101', genderDigit: '1' },
      plan: 'postpaid',
      handset: { os: 'android', osVersion: '14', formFactor: 'phone' },
      ...other,
    };
    await this.database.pool.query(
      `INSERT INTO lines (id, phone_index, phone_number, owner, carrier, status, holder, plan, handset)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        lineId,
        this.keys.indexes.of('phone', line.phoneNumber),
        this.keys.fields.encrypt(line.phoneNumber, `lines:phone_number:${lineId}`),
        this.keys.fields.encrypt(JSON.stringify(line.owner), `lines:owner:${lineId}`),
        line.carrier,
        line.status,
        line.holder,
        line.plan,
        JSON.stringify(line.handset),
      ],
    );
    return { lineId, phoneNumber: line.phoneNumber, ...line.owner };
  }

  /** Subscribes a person's line and returns the enrolment code. */
  async subscribe(person: TestPerson): Promise<{ subscriptionId: string; enrolmentCode: string }> {
    const { phoneNumber } = person;
    const answer = await this.call<{ subscriptionId: string; enrolmentCode: string }>(
      'POST',
      '/operator/v1/subscriptions',
      { phoneNumber, reason: '가입 신청' },
      { scope: 'operator' },
    );
    if (answer.status !== 201) throw new Error(`not subscribed: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /**
   * Performs an action on a subscription as the call centre: one client requests it where it takes two, and the other one
   * does it.
   */
  async operate(
    subscriptionId: string,
    action: 'cancel' | 'report-loss' | 'resume' | 'enrolment-code',
    reason = '고객 요청',
  ): Promise<Answer> {
    const path = `/operator/v1/subscriptions/${subscriptionId}`;
    const as = (scope: TestScope, to: string, body: object = {}) =>
      this.call('POST', `${path}/${to}`, { reason, ...body }, { scope });
    let answer = await as('operator', action);
    if (answer.body['code'] === 'insufficient_scope') {
      await as('operator', 'requests', { deed: action });
      answer = await as('operator.decide', action);
    }
    if (answer.status >= 300) throw new Error(`${action}: ${JSON.stringify(answer.body)}`);
    return answer;
  }

  /** Sends an event of a line as its carrier; returns the outcome. */
  async sendEvent(
    lineId: string,
    kind: string,
    data: object | undefined,
    sequence: number,
    other: Record<string, unknown> = {},
  ): Promise<string> {
    const event = {
      specversion: '1.0',
      id: randomUUID(),
      source: 'urn:test:carrier',
      type: `pushguard.line.v1.${kind}`,
      subject: lineId,
      sequence,
      time: new Date().toISOString(),
      ...(data && { data }),
      ...other,
    };
    const headers = { 'Content-Type': 'application/cloudevents+json' };
    const answer = await this.call<{ outcome: string }>('POST', '/carrier/v1/events', event, {
      scope: 'carrier',
      headers,
    });
    if (![202, 422].includes(answer.status))
      throw new Error(`${kind}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body.outcome;
  }

  /** Enrols a phone with a code; the phone is then still under test. */
  async enrol(...of: Parameters<TestService['prepare']>): Promise<Phone> {
    return (await this.prepare(...of)).enrol();
  }

  /** Prepares an enrolment. Its knowledge key is wrapped at a low cost, because tests enrol many phones. */
  prepare(
    enrolmentCode: string,
    options: { platform?: 'android' | 'ios'; pushToken?: string; pin?: string; consent?: Enrolment['consent'] } = {},
  ): Promise<{ enrol: () => Promise<Phone> }> {
    return Phone.prepare({
      issuer: this.issuer,
      enrolmentCode,
      pin: options.pin ?? TEST_PIN,
      platform: options.platform ?? 'android',
      formFactor: 'phone',
      osVersion: '14',
      appVersion: '1.0.0',
      pushToken: options.pushToken ?? `token-${randomUUID()}`,
      name: '시험 전화기',
      kdf: { m: 8, t: 1, p: 1 },
      ...(options.consent && { consent: options.consent }),
    });
  }

  /** Creates a person with an active subscription and a tested phone. */
  async subscriber(options: Parameters<TestService['enrol']>[1] = {}): Promise<Subscriber> {
    return this.enrolled(await this.addLine(), options);
  }

  /** Gives a person an active subscription and a tested phone. */
  async enrolled(person: Subscriber['person'], options: Parameters<TestService['enrol']>[1] = {}): Promise<Subscriber> {
    const { subscriptionId, enrolmentCode } = await this.subscribe(person);
    const pushToken = options.pushToken ?? `token-${randomUUID()}`;
    const phone = await this.enrol(enrolmentCode, { ...options, pushToken });
    const { code } = await phone.readTestEnvelope(await phone.testEnvelope());
    await phone.confirmTest(code);
    return { person, subscriptionId, phone, pushToken };
  }

  /** Opens an authentication in the app, and returns the code that the phone decrypts. */
  async codeOf({ phone }: Subscriber, id: string): Promise<string> {
    const pending = (await phone.pending()).find((one) => one.id === id);
    if (!pending) throw new Error('the authentication is not in the pending list');
    await phone.open(pending, TEST_PIN);
    return (await phone.readCode(await phone.envelope(id), id)).code;
  }

  /** Subscribes to Web Push under the present key; returns the push token. */
  webPushToken(): Promise<string> {
    return this.webPush.newSubscription(this.keys.vapid.current ?? '');
  }

  /** The pushes that the platforms received for a token, oldest first. */
  pushesTo(token: string): ReceivedPush[] {
    return [...this.fcm.received, ...this.apns.received, ...this.webPush.received].filter(
      (push) => push.token === token,
    );
  }

  /** Waits for a push of a kind. */
  async pushed(token: string, t: string): Promise<ReceivedPush> {
    return eventually(`a push of kind ${t}`, () => this.pushesTo(token).find(({ data }) => data['t'] === t));
  }

  /** Waits for the code in the text message to a number. */
  async textedCode(phoneNumber: string): Promise<string> {
    const isIt = ({ to, text }: { to: string; text: string }) => to === phoneNumber && text.includes('인증번호');
    const sms = await eventually('a code by text message', () => this.smsc.received.findLast(isIt));
    return /\[(\d{6})\]/.exec(sms.text)?.[1] ?? '';
  }
}

export interface Subscriber {
  person: TestPerson & { lineId: string };
  subscriptionId: string;
  phone: Phone;
  pushToken: string;
}

/** Milliseconds for which a token is reused; it is valid for five minutes. */
export const TOKEN_MS = 200_000;

/** The PIN of every phone in the tests. */
export const TEST_PIN = '274951';

/** Reads an answer whose body is JSON or nothing. The page of a proxy is read as nothing. */
export async function answerOf<Body>(response: Response): Promise<Answer<Body>> {
  const text = await response.text();
  const page = response.headers.get('content-type')?.startsWith('text/html') ?? false;
  return { status: response.status, headers: response.headers, body: (text && !page ? JSON.parse(text) : {}) as Body };
}

/** Returns a six-digit code that differs from this one. */
export function otherThan(code: string): string {
  return code === '000000' ? '000001' : '000000';
}
