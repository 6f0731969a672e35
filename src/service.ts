import { Logger, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { migrateOnStart } from '../config/migrate.ts';
import { AppModule } from './app.module.ts';
import { withAdoptedFiles, type Foundation } from './foundation.ts';
import { RecurringTasks } from './queue/recurring-tasks.ts';
import { Deliver } from './delivery/deliver.ts';
import { Contract } from './developers/contract.ts';
import { StateWatcher } from './authentication/state-watcher.ts';
import { TestStateWatcher } from './test-mode/test-state-watcher.ts';
import { AccessTokens } from './crypto/access-token.ts';
import { createFastifyAdapter } from './http/fastify.ts';
import { answerOrigins } from './http/cross-origin.ts';
import { endingConnections } from './http/ending-connections.ts';
import { createManagementServer } from './http/management.ts';
import { Metrics, packageVersion } from './http/metrics.ts';
import { observeRequests } from './http/observe-requests.ts';
import { Readiness } from './http/readiness.ts';
import { Journal } from './journal/journal.ts';
import { requireUnrestored } from './journal/require-unrestored.ts';
import { Words } from './pages/words.ts';
import { listening } from './process/listening.ts';
import { Loops } from './process/loops.ts';
import { ServiceLogger } from './process/service-logger.ts';
import { JobQueue, type Traces } from './queue/job-queue.ts';
import { BrowserOrigins } from './relying-parties/browser-origins.ts';
import { RelyingParties } from './relying-parties/relying-parties.ts';
import { startTracing } from './tracing/start-tracing.ts';
import { Webhooks } from './webhooks/webhooks.ts';

export interface Service {
  app: INestApplication;
  /** Address of the management port. */
  management: string;
  /** Says that it is not ready, waits for `DRAIN_SECONDS`, completes running work, then closes every connection. */
  stop(): Promise<void>;
}

/**
 * Assembles the service in its roles and starts it. The database is migrated first, or with `MIGRATE_ON_START=false` it must
 * be. `tell` is given a sentence for each step that takes time.
 */
export async function startService(
  given: Foundation,
  extend: (app: NestFastifyApplication, fastify: FastifyInstance) => Promise<void> | void = () => undefined,
  tell: (step: string) => void = () => undefined,
): Promise<Service> {
  const { environment } = given;
  const foundation = await withAdoptedFiles(given);
  const began = performance.now();
  const endTracing = await startTracing(environment, packageVersion());
  const { DATABASE_URL = '', QUEUE_DATABASE_URL = DATABASE_URL } = environment;
  await migrateOnStart(environment, tell);
  await requireUnrestored(QUEUE_DATABASE_URL, environment.JOURNAL_FILE);
  tell('Starting the service …');
  const adapter = createFastifyAdapter({ trustProxy: environment.TRUST_PROXY, issuer: environment.ISSUER });
  const fastify = adapter.getInstance<FastifyInstance>();
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.register(foundation), adapter, {
    bodyParser: false,
    logger: new ServiceLogger(environment),
  });
  const [queue, watch, metrics] = [app.get(JobQueue), app.get(StateWatcher), app.get(Metrics)];
  const [tasks, watchTests] = [app.get(RecurringTasks), app.get(TestStateWatcher)];
  const webhooks = app.get(Webhooks);
  observeRequests(fastify, {
    metrics,
    tokens: app.get(AccessTokens),
    issuer: environment.ISSUER,
    logsRequests: environment.LOG_REQUESTS,
  });
  const origins = app.get(BrowserOrigins);
  answerOrigins(fastify, (origin) => origins.has(origin));
  protect(fastify, environment.ISSUER.startsWith('https:'));
  const connections = endingConnections(fastify);
  await app.get(Journal).open();
  await queue.open();
  await extend(app, fastify);
  const contract = app.get(Contract);
  contract.describe(app);
  fastify.get('/openapi.json', (_request, reply) => reply.send(contract.document));
  await app.init();
  await app.get(RelyingParties).nameWebsite(app.get(Words).brandIn('ko').service);
  fastify.knownPaths.refuseOtherMethods(fastify);
  if (environment.ROLE !== 'api') {
    const deliver = app.get(Deliver);
    const handlers = {
      deliver: (ids: string[], traces?: Traces) => deliver.deliver(ids, traces),
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
  const logger = new Logger('Service');
  const { ROLE, BUILD_COMMIT = 'unknown' } = environment;
  const build = { role: ROLE, version: packageVersion(), commit: BUILD_COMMIT, node: process.versions.node };
  logger.log('the service has started', { ...build, ms: Math.round(performance.now() - began) });
  return {
    app,
    management: `http://${environment.hostInUrl}:${(management.address() as AddressInfo).port}`,
    stop: async () => {
      logger.log('the service stops', build);
      readiness.stop();
      if (environment.ROLE !== 'worker' && environment.DRAIN_SECONDS > 0) {
        // Load balancers send requests until they have seen that it is not ready; each is served as ever.
        connections.announce();
        await delay(1_000 * environment.DRAIN_SECONDS);
      }
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
      await endTracing();
      logger.log('the service has stopped', build);
    },
  };
}

/** A request for health or metrics takes no longer than its answer; what a client keeps open is closed. */
async function closed(server: Server): Promise<void> {
  const closing = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closing;
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
