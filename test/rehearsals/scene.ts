import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { Agent, setGlobalDispatcher } from 'undici';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { Load, type Course } from '../support/load.ts';
import { cheapOperatorSecrets } from '../support/operator-secrets.ts';
import { PushLog } from '../support/push-log.ts';
import { RedisCluster } from '../support/redis-cluster.ts';
import { packed, startedProcesses, startProcess, TestService, type ServiceProcess } from '../support/service.ts';
import { SilentProxy } from '../support/silent-proxy.ts';
import { manySubscribers } from '../support/subscribers.ts';
import { demoMembers, demoOperators } from '../../src/embedded/demo.ts';
import { Backups } from './backups.ts';
import { Cluster, status } from './cluster.ts';
import { ownDirectory } from './program.ts';
import { Proxy } from './proxy.ts';
import type { Tools } from './tools.ts';

/** How a rehearsal is played. */
export interface Plan {
  flowsPerSecond: number;
  /** Seconds of load before, and after, what is rehearsed. */
  seconds: number;
  redis: boolean;
  keep: boolean;
}

/** What a scene has beside its plan. */
export interface SceneOptions {
  backup: boolean;
  disk?: number | undefined;
  courses?: readonly Course[] | undefined;
}

/** The built programs of this checkout. Packing them, as tests do, costs more than these few starts. */
const PROGRAMS = join(import.meta.dirname, '../../src');
/** Redis nodes, each of which has a third of the keys. */
const REDIS_NODES = 3;
/** Seconds for which a stopping API still serves, so that HAProxy notices. */
const DRAIN_SECONDS = 3;
/** Milliseconds until a caller repeats a request. Callers of an outage must not fill the machine. */
const REPEAT_MS = 500;
/** Flows for which one subscriber serves (`Load`), and the most seconds for which one ledger is played beside those of the plan. */
const FLOWS_EACH = 3.8;
const LONGEST_SECONDS = 500;

/** A process of the service with a place of its own: its ports stay when another takes its place. */
export class Replica {
  /** Bytes that its processes wrote to their logs. */
  logged = 0;

  constructor(
    readonly name: string,
    private readonly env: Record<string, string>,
    private process?: ServiceProcess | undefined,
  ) {
    this.#count();
  }

  get management(): number {
    return Number(this.env['MANAGEMENT_PORT']);
  }

  /** Starts it, with variables that only this process has. */
  async start(more: Record<string, string> = {}): Promise<void> {
    this.process = await startProcess({ ...this.env, ...more });
    this.#count();
    await eventually(`${this.name} being ready`, async () => (await status(this.management, '/health/ready')) === 200);
  }

  /** Asks it to end; throws if it does not end well. */
  async stop(): Promise<void> {
    const code = await this.process?.stop();
    if (code !== 0) throw new Error(`${this.name} ended with ${String(code)}:\n${this.process?.log() ?? ''}`);
    this.process = undefined;
  }

  async kill(): Promise<void> {
    await this.process?.kill();
    this.process = undefined;
  }

  /** Undefined while it runs; else the end of its log. */
  get death(): string | undefined {
    const { child, log } = this.process ?? {};
    if (!child || !log || (child.exitCode === null && child.signalCode === null)) return undefined;
    return `${this.name} ended by itself:\n${log()}`;
  }

  /** Keeps the end of its log in this directory. */
  async keepLog(directory: string): Promise<void> {
    if (this.process) await writeFile(join(directory, `${this.name}.log`), this.process.log());
  }

  #count(): void {
    this.process?.child.stderr?.on('data', (chunk: Buffer) => (this.logged += chunk.length));
  }
}

/**
 * The service as it is deployed, on this machine: a cluster of PostgreSQL, HAProxy, two APIs and two workers, with a
 * journal; and callers and phones that play whole flows through the proxy.
 */
export class Scene {
  readonly #startedAt = performance.now();
  readonly #stops: (() => Promise<unknown>)[] = [];
  #pacing: Promise<void> = Promise.resolve();
  #playing = false;
  cluster!: Cluster;
  backups: Backups | undefined;
  service!: TestService;
  pushes!: PushLog;
  /** Begins with the first `newLoad`. */
  load!: Load;
  /** The way to each platform, by the variable that names it; a silent one swallows every byte. */
  platforms: Record<string, SilentProxy> = {};
  apis: Replica[] = [];
  workers: Replica[] = [];
  #proxy!: Proxy;
  #courses: readonly Course[] | undefined;

  private constructor(
    readonly directory: string,
    readonly plan: Plan,
    readonly tools: Tools,
  ) {}

  /** Where every process writes its journal. */
  get journal(): string {
    return join(this.directory, 'journal');
  }

  static async set(
    tools: Tools,
    plan: Plan,
    options: SceneOptions & { onScene: (scene: Scene) => void },
  ): Promise<Scene> {
    const directory = await mkdtemp(join(tmpdir(), 'pushguard-rehearsal-'));
    // PostgreSQL runs as another account, which has directories of its own in this one.
    await chmod(directory, 0o755);
    const scene = new Scene(directory, plan, tools);
    options.onScene(scene);
    scene.#courses = options.courses;
    await scene.#build(options);
    return scene;
  }

  /** Prints what happened, with the seconds since the beginning. */
  tell(event: string, more: Record<string, unknown> = {}): void {
    const at = Math.round((performance.now() - this.#startedAt) / 100) / 10;
    const load = (this.load as Load | undefined) && {
      flows: this.load.flows.length,
      repeated: this.load.repeated.length,
    };
    process.stdout.write(`${JSON.stringify({ at, event, ...more, ...load })}\n`);
  }

  /** Starts flows at the pace of the plan, whatever becomes of those before. */
  play(): void {
    this.#playing = true;
    this.#pacing = (async () => {
      const startedAt = performance.now();
      for (let count = 0; this.#playing;) {
        const due = Math.floor(((performance.now() - startedAt) / 1_000) * this.plan.flowsPerSecond);
        this.load.burst(due - count);
        count = due;
        await delay(1_000 / this.plan.flowsPerSecond / 2);
      }
    })();
  }

  /** Lets the load go on for the seconds of the plan, at least until a start was answered. */
  async playOn(): Promise<void> {
    await this.servedSince(0);
    await delay(this.plan.seconds * 1_000);
    for (const { death } of [...this.apis, ...this.workers]) if (death !== undefined) throw new Error(death);
  }

  /** Starts no further flow, and resolves when all have ended. */
  async rest(): Promise<void> {
    this.#playing = false;
    await this.#pacing;
    this.tell('no further flow starts');
    await this.load.end();
    this.tell('every flow ended');
  }

  /** Resolves when a flow started after this time (milliseconds), and tells it. */
  async servedSince(time: number): Promise<void> {
    await eventually('a start that is answered', () => this.load.flows.some(({ startedAt }) => startedAt > time), 180);
  }

  /** Runs a command of the service with its environment; returns what it prints. */
  command(name: string, ...args: string[]): Promise<string> {
    const { PATH } = process.env;
    const env = { ...this.service.env, PATH, NODE_ENV: 'test' };
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [packed(`commands/${name}`), ...args], { env }, (error, stdout, stderr) => {
        if (error) reject(new Error(`npm run ${name} failed: ${stderr || error.message}`));
        else resolve(stdout);
      });
    });
  }

  onStrike(stop: () => Promise<unknown>): void {
    this.#stops.push(stop);
  }

  /** Ends everything that was started here, in reverse order, and removes its files unless they are to be kept. */
  async strike(): Promise<void> {
    this.#playing = false;
    for (const child of startedProcesses) child.kill('SIGKILL');
    for (const stop of this.#stops.splice(0).reverse()) {
      await stop().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
    }
    if (this.plan.keep) process.stderr.write(`kept: ${this.directory}\n`);
    else await rm(this.directory, { recursive: true, force: true });
  }

  async #build({ backup, disk }: SceneOptions): Promise<void> {
    const { directory, tools } = this;
    const onStrike = (stop: () => Promise<unknown>) => this.onStrike(stop);
    this.backups = backup ? new Backups(directory, tools) : undefined;
    this.cluster = await Cluster.start(directory, tools, { archive: this.backups, disk, onStrike });
    this.tell('the cluster stands', { primary: (await this.cluster.settled()).name });

    const places = [];
    for (const name of ['api1', 'api2']) places.push({ name, port: await freePort(), checkPort: await freePort() });
    const members = this.cluster.members.map(({ name, port, rest }) => ({ name, port, checkPort: rest }));
    this.#proxy = await Proxy.start(directory, tools, { apis: places, members }, onStrike);
    const { issuer, databasePort, ca } = this.#proxy;
    // The callers and phones of this process trust the proxy’s certificate.
    setGlobalDispatcher(new Agent({ connect: { ca } }));

    const redis = this.plan.redis ? await RedisCluster.start(REDIS_NODES) : undefined;
    if (redis) onStrike(() => redis.remove());
    await this.#startService(issuer, this.cluster.urlAt(databasePort), places, redis?.urls[0]);
    this.tell('the service stands', { apis: this.apis.length, workers: this.workers.length, redis: this.plan.redis });

    this.pushes = new PushLog(this.service);
    await this.newLoad();
  }

  /** Leads each platform through a proxy that can go silent. */
  async #lead(platforms: Record<string, string>): Promise<Record<string, string>> {
    const led: Record<string, string> = {};
    for (const [name, address] of Object.entries(platforms)) {
      const isUrl = address.includes('://');
      const proxy = await SilentProxy.start(isUrl ? address : `tcp://${address}`);
      this.onStrike(() => proxy.stop());
      this.platforms[name] = proxy;
      led[name] = isUrl ? proxy.url : new URL(proxy.url).host;
    }
    return led;
  }

  /** Begins a ledger of its own for the flows from now on, with subscribers of their own. */
  async newLoad(): Promise<void> {
    const people = Math.ceil((this.plan.flowsPerSecond * (LONGEST_SECONDS + this.plan.seconds)) / FLOWS_EACH);
    const subscribers = await manySubscribers(this.service, people);
    this.load = new Load(this.service, this.pushes, subscribers, { repeatMs: REPEAT_MS, courses: this.#courses });
    this.tell('the load is ready', { subscribers: people });
  }

  async #startService(
    issuer: string,
    url: string,
    places: readonly { name: string; port: number; checkPort: number }[],
    redis: string | undefined,
  ): Promise<void> {
    ownDirectory(this.journal, undefined);
    process.env['TEST_SERVICE'] = PROGRAMS;
    process.env['TEST_OPERATORS'] = JSON.stringify(await demoOperators(this.directory, cheapOperatorSecrets));
    process.env['TEST_MEMBERS'] = JSON.stringify(await demoMembers(this.directory, cheapOperatorSecrets));
    const pool = new pg.Pool({ connectionString: url, max: 4 });
    pool.on('error', () => undefined);
    await eventually('the primary behind HAProxy', async () =>
      pool.query('SELECT 1').then(
        () => true,
        () => false,
      ),
    );
    const [first, second] = places.map(({ port, checkPort }) => ({
      ROLE: 'api',
      PORT: String(port),
      MANAGEMENT_PORT: String(checkPort),
      DRAIN_SECONDS: String(DRAIN_SECONDS),
    }));
    const shared = {
      ISSUER: issuer,
      TRUST_PROXY: 'loopback',
      JOURNAL_FILE: join(this.journal, 'journal.ndjson'),
      ...(redis !== undefined && { REDIS_URL: redis }),
    };
    const database = { url, pool, drop: () => pool.end() };
    this.service = await TestService.start({ ...shared, ...first }, database, (platforms) => this.#lead(platforms));
    this.onStrike(() => this.service.stop());
    const env = this.service.env;
    this.apis = [new Replica('api1', env, this.service.process), new Replica('api2', { ...env, ...second })];
    for (const name of ['worker1', 'worker2']) {
      const ports = { PORT: '0', MANAGEMENT_PORT: String(await freePort()) };
      this.workers.push(new Replica(name, { ...env, ...ports, ROLE: 'worker', DRAIN_SECONDS: '0' }));
    }
    for (const replica of [...this.apis, ...this.workers]) this.onStrike(() => replica.keepLog(this.directory));
    await Promise.all([...this.apis.slice(1), ...this.workers].map((replica) => replica.start()));
    await eventually('the API behind HAProxy', async () => {
      const answer = await fetch(`${issuer}/.well-known/oauth-authorization-server`).catch(() => undefined);
      await answer?.body?.cancel();
      return answer?.status === 200;
    });
  }
}
