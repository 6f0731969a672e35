import { ConsoleLogger, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { migrate } from '../config/data-source.ts';
import { AppModule } from './app.module.ts';
import { withAdoptedFiles, type Foundation } from './foundation.ts';
import { RecurringTasks } from './queue/recurring-tasks.ts';
import { Deliver } from './delivery/deliver.ts';
import { Contract } from './developers/contract.ts';
import { StateWatcher } from './authentication/state-watcher.ts';
import { TestStateWatcher } from './test-mode/test-state-watcher.ts';
import { requireSessions } from './database/pooler.ts';
import { createFastifyAdapter, declareOtherMethods } from './http/fastify.ts';
import { endingConnections } from './http/ending-connections.ts';
import { createManagementServer } from './http/management.ts';
import { isOfTestMode } from './http/client.guard.ts';
import { Metrics } from './http/metrics.ts';
import { Readiness } from './http/readiness.ts';
import { Journal } from './journal/journal.ts';
import { requireUnrestored } from './journal/require-unrestored.ts';
import { Words } from './pages/words.ts';
import { listening } from './process/listening.ts';
import { Loops } from './process/loops.ts';
import { namingVariable } from './process/variable-at-fault.ts';
import { JobQueue } from './queue/job-queue.ts';
import { RelyingParties } from './relying-parties/relying-parties.ts';
import { Webhooks } from './webhooks/webhooks.ts';

/** Sends all log output to standard error; standard output belongs to `--json`. */
class ErrorStreamLogger extends ConsoleLogger {
  protected override printMessages(
    messages: unknown[],
    context?: string,
    level?: Parameters<ConsoleLogger['printMessages']>[2],
  ): void {
    super.printMessages(messages, context, level, 'stderr');
  }
}

export interface Service {
  app: INestApplication;
  /** Address of the management port. */
  management: string;
  /** Completes running work, then closes every connection. */
  stop(): Promise<void>;
}

/**
 * Assembles the service in its roles and starts it. The database is migrated first. `tell` is given a sentence for each
 * step that takes time.
 */
export async function startService(
  given: Foundation,
  extend: (app: NestFastifyApplication, fastify: FastifyInstance) => Promise<void> | void = () => undefined,
  tell: (step: string) => void = () => undefined,
): Promise<Service> {
  const { environment } = given;
  const foundation = await withAdoptedFiles(given);
  const { DATABASE_URL = '', QUEUE_DATABASE_URL = DATABASE_URL } = environment;
  const { owner } = await requireSessions(environment);
  const users = owner === undefined ? [] : [DATABASE_URL, QUEUE_DATABASE_URL];
  const direct = environment.QUEUE_DATABASE_URL === undefined ? 'DATABASE_URL' : 'QUEUE_DATABASE_URL';
  const migrator = owner === undefined ? direct : 'MIGRATION_DATABASE_URL';
  await namingVariable(migrator, () =>
    migrate(owner ?? QUEUE_DATABASE_URL, users, (count) => tell(`Applying ${count} migrations to the database …`)),
  );
  await requireUnrestored(QUEUE_DATABASE_URL, environment.JOURNAL_FILE);
  tell('Starting the service …');
  const adapter = createFastifyAdapter({ trustProxy: environment.TRUST_PROXY, issuer: environment.ISSUER });
  const fastify = adapter.getInstance<FastifyInstance>();
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(foundation), adapter, {
    bodyParser: false,
    logger: new ErrorStreamLogger({
      json: environment.NODE_ENV === 'production',
      logLevels: ['fatal', 'error', 'warn'],
    }),
  });
  const [queue, watch, metrics] = [app.get(JobQueue), app.get(StateWatcher), app.get(Metrics)];
  const [tasks, watchTests] = [app.get(RecurringTasks), app.get(TestStateWatcher)];
  const webhooks = app.get(Webhooks);
  const routes = collectRoutes(fastify);
  measure(fastify, metrics);
  protect(fastify, environment.ISSUER.startsWith('https:'));
  const connections = endingConnections(fastify);
  await app.get(Journal).open();
  await queue.open(owner);
  await extend(app, fastify);
  const contract = app.get(Contract);
  contract.describe(app);
  fastify.get('/openapi.json', (_request, reply) => reply.send(contract.document));
  await app.init();
  await app.get(RelyingParties).nameWebsite(app.get(Words).brandIn('ko').service);
  declareOtherMethods(fastify, new Map(routes));
  if (environment.ROLE !== 'api') {
    const deliver = app.get(Deliver);
    const handlers = {
      deliver: (ids: string[]) => deliver.deliver(ids),
      runScheduled: (everyMs: number) => tasks.runScheduled(everyMs),
    };
    queue.work(handlers, tasks.scheduledPeriods);
    // It reports its own failures, and a silent queue must not delay the start.
    void webhooks.work();
    tasks.start();
  }
  const readiness = app.get(Readiness);
  const management = createManagementServer({ loops: app.get(Loops), readiness, metrics, issuer: environment.ISSUER });
  await listening('MANAGEMENT_PORT', () => {
    return new Promise<void>((resolve, reject) => {
      management.once('error', reject).listen(environment.MANAGEMENT_PORT, environment.HOST, resolve);
    });
  });
  if (environment.ROLE !== 'worker') await listening('PORT', () => app.listen(environment.PORT, environment.HOST));
  return {
    app,
    management: `http://${environment.hostInUrl}:${(management.address() as AddressInfo).port}`,
    stop: async () => {
      readiness.stop();
      connections.end();
      // First answers the requests that wait for a change; then stops accepting requests and lets the running ones end.
      watch.close();
      watchTests.close();
      await fastify.close();
      // The worker takes no further job before the tasks stop, so that it does not take back a run that it has returned.
      await Promise.all([queue.stopWork(), tasks.stop(), webhooks.stop()]);
      await queue.close();
      await app.close();
      await closed(management);
    },
  };
}

/** A request for health or metrics takes no longer than its answer; what a client keeps open is closed. */
async function closed(server: Server): Promise<void> {
  const closing = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closing;
}

function collectRoutes(fastify: FastifyInstance): Map<string, Set<string>> {
  const routes = new Map<string, Set<string>>();
  fastify.addHook('onRoute', ({ url, method }) => {
    const known = routes.get(url) ?? new Set<string>();
    for (const one of [method].flat()) known.add(one);
    routes.set(url, known);
  });
  return routes;
}

/** Forbids caching unless a route allows it, because an answer is for its caller alone. */
function protect(fastify: FastifyInstance, secure: boolean): void {
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (!reply.hasHeader('cache-control')) void reply.header('Cache-Control', 'no-store');
    void reply.header('X-Content-Type-Options', 'nosniff');
    // A year, as the preload lists demand (RFC 6797).
    if (secure) void reply.header('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
    done();
  });
}

/** Measures by route and never by path, which may contain an id. Answers of test mode are not those of the service. */
function measure(fastify: FastifyInstance, metrics: Metrics): void {
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    if (!isOfTestMode(request)) metrics.answered(request.method, route, reply.statusCode, reply.elapsedTime);
    done();
  });
}
