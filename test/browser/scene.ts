import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Frame } from 'playwright-core';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { CHROMIUM } from '../support/programs.ts';
import { Rows } from '../support/rows/rows.ts';
import { startProcess, TOKEN_MS, type Announcement, type ServiceProcess } from '../support/service.ts';

const require = createRequire(import.meta.url);

/**
 * The minified build, because every checked page has to load it. Ends with 0, so that evaluating it returns no large
 * value.
 */
const AXE = `${readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')};0`;
const CONFORMANCE = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const LOOK = `axe.run(document, { runOnly: ${JSON.stringify(CONFORMANCE)}, resultTypes: ['violations'], iframes: false })
  .then(({ violations, passes }) => ({ violations, passes: passes.length }))`;

/** Far longer than any page takes, even on a slow and busy machine. */
const PATIENCE_MS = 120_000;

export type DemoPerson = Announcement['lines'][number];

/** The service as `npm start` runs it, with its own local platforms and their outboxes, and a real browser. */
export class Scene {
  /** Every error that a console, a page or a content security policy reported. */
  readonly complaints: string[] = [];
  /** Direct access to the tables. */
  readonly rows: Rows;
  private readonly tokens = new Map<string, { token: string; until: number }>();
  private told = 0;

  private constructor(
    private readonly process: ServiceProcess,
    private readonly database: TestDatabase,
    private readonly browser: Browser,
    private readonly directory: string,
  ) {
    this.rows = new Rows(database.pool);
  }

  /** Starts both; `env` changes the service's configuration, `program` the browser. */
  static async start(env: Record<string, string> = {}, program = CHROMIUM): Promise<Scene> {
    const [database, directory] = await Promise.all([
      createTestDatabase(),
      mkdtemp(join(tmpdir(), 'pushguard-browser-')),
    ]);
    const process = await startProcess({ DATA_DIR: directory, DATABASE_URL: database.url, ...env });
    const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
    // All pages are of one site: one process draws them all, for less than three of its own take.
    args.push('--renderer-process-limit=1', '--in-process-gpu');
    // A page lives seconds, in which optimizing its scripts, axe above all, costs more than it saves.
    args.push('--js-flags=--no-opt --no-maglev --always-sparkplug');
    const browser = await chromium
      .launch({ ...(program && { executablePath: program }), args })
      .catch(async (error: unknown) => {
        await process.stop();
        throw error;
      });
    return new Scene(process, database, browser, directory);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.process.stop();
    await this.database.drop();
    await rm(this.directory, { recursive: true, force: true });
  }

  get issuer(): string {
    return this.process.announcement.issuer;
  }

  person(lineId: string): DemoPerson {
    const person = this.process.announcement.lines.find((line) => line.lineId === lineId);
    if (!person) throw new Error(`there is no demo line ${lineId}`);
    return person;
  }

  operator(login: string): Announcement['operators'][number] {
    const operator = this.process.announcement.operators.find((one) => one.login === login);
    if (!operator) throw new Error(`there is no demo operator ${login}`);
    return operator;
  }

  /** The owner of the shop, at its console. */
  get member(): Announcement['members'][number] {
    return this.process.announcement.members[0]!;
  }

  /** Opens another browser context, which shares nothing with the earlier ones. */
  async newBrowser(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({ reducedMotion: 'reduce', ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    context.on('console', (message) => {
      // Chromium reports every 4xx answer like this; each test checks the expected ones.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
        this.complaints.push(message.text());
      }
    });
    context.on('weberror', (error) => this.complaints.push(String(error.error())));
    return context;
  }

  /** Calls the service as the shop, or as another client of the demonstration. */
  async call(
    method: string,
    path: string,
    body?: object,
    clientId = 'demo-shop',
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(this.issuer + path, {
      method,
      headers: {
        Authorization: `Bearer ${await this.tokenOf(clientId)}`,
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text ? JSON.parse(text) : {} };
  }

  /** The tests of one file may take longer than a token is valid. */
  private async tokenOf(clientId: string): Promise<string> {
    const known = this.tokens.get(clientId);
    if (known && Date.now() < known.until) return known.token;
    const token = await this.newToken(clientId);
    this.tokens.set(clientId, { token, until: Date.now() + TOKEN_MS });
    return token;
  }

  /** Requests a token of a client of the demonstration, by its own secret or by another one that it has. */
  async newToken(of: string, secret?: string): Promise<string> {
    const client = this.process.announcement.clients.find(({ clientId }) => clientId === of);
    const basic = Buffer.from(`${client?.clientId}:${secret ?? client?.clientSecret}`).toString('base64');
    const response = await fetch(`${this.issuer}/oauth2/token`, {
      method: 'POST',
      headers: { Authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  }

  /** Subscribes a person's line as the call centre's system. */
  async subscribe({ phoneNumber }: DemoPerson): Promise<Record<string, unknown>> {
    return this.asOperator('/operator/v1/subscriptions', { phoneNumber, reason: '가입 신청' });
  }

  /** Performs an action on the subscription of a person's line as an operator. */
  async operate(
    { lineId }: DemoPerson,
    action: 'cancel' | 'report-loss' | 'resume' | 'unlock-pin' | 'enrolment-code',
  ): Promise<Record<string, unknown>> {
    const path = `/operator/v1/subscriptions/${await this.rows.subscriptions.currentOf(lineId)}`;
    const reason = '고객 요청';
    this.tokens.delete('demo-operator');
    const alone = await this.call('POST', `${path}/${action}`, { reason }, 'demo-operator');
    if (alone.status < 300) return alone.body;
    // It takes two clients.
    await this.asOperator(`${path}/requests`, { reason, deed: action });
    return this.asOperator(`${path}/${action}`, { reason }, 'demo-supervisor');
  }

  private async asOperator(path: string, body: object, as = 'demo-operator'): Promise<Record<string, unknown>> {
    // A token is valid for five minutes, and a browser may take longer.
    this.tokens.delete(as);
    const answer = await this.call('POST', path, body, as);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** Tells of a change of a person's line as the carrier does. */
  async tell({ lineId }: DemoPerson, kind: string, data?: object): Promise<void> {
    this.told += 1;
    const event = {
      specversion: '1.0',
      id: randomUUID(),
      source: 'urn:test:carrier',
      type: `pushguard.line.v1.${kind}`,
      subject: lineId,
      sequence: this.told,
      time: new Date().toISOString(),
      ...(data && { data }),
    };
    const response = await fetch(`${this.issuer}/carrier/v1/events`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${await this.newToken('demo-carrier')}`,
        'Content-Type': 'application/cloudevents+json',
      },
      body: JSON.stringify(event),
    });
    const answer = await response.text();
    if (!answer.includes('"applied"')) throw new Error(`${kind} of ${lineId}: ${answer}`);
  }

  /** Reports a person's phone lost as anyone can, without a login. */
  async reportLoss({ phoneNumber, birthDate, genderDigit }: DemoPerson): Promise<void> {
    await this.rows.budgets.clearForms();
    const response = await fetch(`${this.issuer}/app/v1/loss-reports`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ phoneNumber, birthDate, genderDigit }),
    });
    if (response.status !== 202) throw new Error(`the report: ${String(response.status)}`);
  }

  /** The carrier reports that the line of a person belongs to another one. */
  async changeOwner(person: DemoPerson): Promise<void> {
    await this.tell(person, 'owner-changed', { owner: { birthDate: '710203', genderDigit: '2' } });
  }

  /** Opens a hosted window; returns its address. */
  async openWindow(
    locale: 'ko' | 'en' = 'ko',
    more: { method?: 'push' | 'otp'; name?: string; match?: boolean } = {},
  ): Promise<{ windowId: string; url: string }> {
    const asked = { purpose: '회원가입', returnUrl: `${this.issuer}/demo/return`, state: 'st-1', locale, ...more };
    const { body } = await this.call('POST', '/v1/windows', asked);
    return body as { windowId: string; url: string };
  }

  /** Starts an authentication without a window. */
  async startFor({ phoneNumber, birthDate, genderDigit }: DemoPerson): Promise<string> {
    const { status, body } = await this.call('POST', '/v1/authentications', {
      phoneNumber,
      birthDate,
      genderDigit,
      purpose: '비밀번호 변경',
      endUser: { ip: '203.0.113.7', userAgent: 'Mozilla/5.0 Firefox/140.0' },
    });
    if (status !== 201) throw new Error(`the authentication did not start: ${JSON.stringify(body)}`);
    return String(body['id']);
  }

  /** Waits for the latest code in a text message to a number. It must differ from `before`. */
  async textedCode({ phoneNumber }: DemoPerson, before?: string): Promise<string> {
    const url = `${this.issuer}/local/sms-outbox?to=${encodeURIComponent(phoneNumber)}&wait=10`;
    return eventually('a code by text message', async () => {
      const texts = (await (await fetch(url)).json()) as { text: string }[];
      const code = texts.map(({ text }) => /\[(\d{6})\]/.exec(text)?.[1]).findLast((one) => one !== undefined);
      return code !== before && code;
    });
  }

  /** The serious and critical violations that axe finds in a frame's current content. */
  async violations(frame: Frame): Promise<string[]> {
    if (!(await frame.evaluate<boolean>("typeof axe === 'object'"))) await frame.evaluate(AXE);
    const { violations, passes } = await frame.evaluate<{
      violations: { id: string; impact: string; nodes: { html: string }[] }[];
      passes: number;
    }>(LOOK);
    if (passes === 0) throw new Error(`axe saw nothing at ${frame.url()}`);
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${frame.url()} ${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }
}

/** The number of pixels by which a page scrolls sideways. */
export function sidewaysScroll(frame: Frame): Promise<number> {
  return frame.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** The bytes of a page and of all that it loaded, as they were sent: compressed, with a warm cache too. */
export function bytesOf(frame: Frame): Promise<number> {
  return frame.evaluate<number>(`[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((bytes, { encodedBodySize }) => bytes + encodedBodySize, 0)`);
}

/**
 * The controls that a reader who has the system's own colours cannot see, for want of an edge: the browser paints over
 * every background.
 */
export function unseenInForcedColors(frame: Frame): Promise<string[]> {
  return frame.evaluate<
    string[]
  >(`[...document.querySelectorAll('button, a.primary, a.secondary, input, select, textarea')]
    .filter((one) => one.checkVisibility() && !one.closest('.unseen') && !one.matches('.link, [type=radio], [type=checkbox]'))
    .filter((one) => { const style = getComputedStyle(one);
      const isEdge = (side) => style['border' + side + 'Style'] !== 'none' && style['border' + side + 'Width'] !== '0px';
      return !['Top', 'Bottom'].some(isEdge) && style.textDecorationLine === 'none'; })
    .map((one) => one.outerHTML.slice(0, 120))`);
}
