import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { RawRequest } from '../http/fastify.ts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Environment } from '../../config/environment.ts';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { randomToken } from '../crypto/random.ts';
import { Problem } from '../domain/problem.ts';
import { readCookie, setCookie } from '../http/cookies.ts';
import { FormLimits } from '../http/form-limits.ts';
import { isOwnPage } from '../http/own-page.ts';
import { writeProblem } from '../http/problem.filter.ts';
import { SubscriptionLifecycle } from '../lifecycle/lifecycle.ts';
import { StartBudgets } from '../lines/start-budgets.ts';
import { Subscriptions } from '../subscriptions/subscriptions.ts';
import { Assets } from '../pages/assets.ts';
import { declareBank } from './bank.ts';
import { ownForm, type Form } from './own-form.ts';
import { declareOwnWindow } from './own-window.ts';
import { DemoShop } from './demo-shop.ts';
import { WEBHOOK_PATH } from './demo-webhooks.ts';
import { returnPage, shopPage } from './demo.page.ts';
import type { ShownLine } from './frame.ts';
import { localeOf } from '../pages/locale.ts';
import { DEMO_WORDS } from './words/words.ts';
import { sendPage } from '../pages/page.ts';
import { phonePage } from './phone.page.ts';

/** The relying party of the demonstration's shop. */
export interface DemoClient {
  clientId: string;
  clientSecret: string;
}

const STATE_COOKIE = 'demo-state';
const STATE_SECONDS = 900;

/**
 * `/demo`, a shop that has its customers verified, and `/phone`, a phone on the screen.
 * Both exist with the embedded defaults only: the phone's setup in one press must not be available to anyone in
 * production.
 */
export function declareDemo(
  app: NestFastifyApplication,
  fastify: FastifyInstance,
  clients: readonly DemoClient[],
  lines: readonly ShownLine[],
): void {
  const [assets, { ISSUER: issuer, VENDOR_CODE: vendorCode }] = [app.get(Assets), app.get(Environment)];
  fastify.addHook('onRequest', async (request, reply) => {
    if (request.headers['sec-fetch-dest'] === 'document' && isElsewhere(request, issuer)) {
      await reply.redirect(issuer + request.url, 302);
    }
  });
  const shop = new DemoShop({ issuer, ...clientOf(clients, 'demo-shop') });
  declareShop(fastify, { assets, issuer, shop, lines });
  declareWebhooks(fastify, shop);
  declareOwnWindow(fastify, { assets, issuer, shop, lines });
  const [starts, forms] = [app.get(StartBudgets), app.get(FormLimits)];
  declareBudgets(fastify, issuer, () => Promise.all([starts.forget(), forms.forget()]));
  declareBank(fastify, { assets, credentials: { issuer, ...clientOf(clients, 'demo-bank') }, lines });
  const [subscriptions, lifecycle] = [app.get(Subscriptions), app.get(SubscriptionLifecycle)];
  declarePhone(fastify, { assets, issuer, vendorCode, lines, subscriptions, lifecycle });
}

function declareShop(
  fastify: FastifyInstance,
  demo: { assets: Assets; issuer: string; shop: DemoShop; lines: readonly ShownLine[] },
): void {
  const { assets, issuer, shop, lines } = demo;
  const { words } = assets;

  fastify.get<{ Querystring: { lang?: string; done?: string } }>('/demo', async (request, reply) => {
    const { lang, done } = request.query;
    return sendPage(reply, assets, shopPage(words.reader(localeOf(lang)), lines, done === 'budgets'));
  });

  fastify.post<Form>('/demo/windows', ownForm(issuer, 'shop'), async (request, reply) => {
    const locale = localeOf(request.body?.lang);
    // The returning browser must bring back the state that it started with; the state also carries the language.
    const state = `${locale}.${randomToken(16)}`;
    const { purpose, member } = words.of(DEMO_WORDS, locale).shop;
    const by = request.body?.method === 'otp' ? { method: 'otp' as const, name: member } : { method: 'push' as const };
    const { url } = await shop.openWindow({ purpose, returnUrl: `${issuer}/demo/return`, state, locale, ...by });
    setCookie(reply, { name: STATE_COOKIE, value: state, seconds: STATE_SECONDS }, issuer);
    return reply.redirect(url, 303);
  });

  fastify.get<{ Querystring: { windowId?: unknown; state?: unknown } }>('/demo/return', async (request, reply) => {
    const { windowId, state } = request.query;
    const reader = words.reader(localeOf(typeof state === 'string' ? state.split('.')[0] : undefined));
    const known = readCookie(request, STATE_COOKIE, issuer);
    const ours = typeof state === 'string' && equalInConstantTime(Buffer.from(state), Buffer.from(known ?? ''));
    if (!ours || typeof windowId !== 'string') return sendPage(reply, assets, returnPage(reader, 'foreign'));
    const { state: window, authentication } = await shop.readWindow(windowId);
    const verified = authentication?.result;
    const outcome = verified ? { verified } : { state: authentication?.state ?? window };
    return sendPage(reply, assets, returnPage(reader, outcome, shop.logOf(windowId)));
  });
}

/** Where the shop receives webhooks: the raw body is what is signed. */
function declareWebhooks(fastify: FastifyInstance, { webhooks }: DemoShop): void {
  fastify.post(WEBHOOK_PATH, async (request, reply) => {
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers;
    const isTaken = await webhooks.take({
      id: String(id),
      timestamp: Number(timestamp),
      signature: String(signature),
      body: (request as RawRequest).rawBody ?? Buffer.alloc(0),
    });
    return reply.status(isTaken ? 204 : 400).send();
  });
}

/** The button that gives the people of the demonstration their budgets back, so that trying is not stopped. */
function declareBudgets(fastify: FastifyInstance, issuer: string, forget: () => Promise<unknown>): void {
  fastify.post<Form>('/demo/budgets', ownForm(issuer, 'shop'), async (request, reply) => {
    await forget();
    return reply.redirect(`/demo?lang=${localeOf(request.body?.lang)}&done=budgets`, 303);
  });
}

function declarePhone(
  fastify: FastifyInstance,
  demo: {
    assets: Assets;
    issuer: string;
    vendorCode: string;
    lines: readonly ShownLine[];
    subscriptions: Subscriptions;
    lifecycle: SubscriptionLifecycle;
  },
): void {
  const { assets, issuer, vendorCode, lines, subscriptions, lifecycle } = demo;

  fastify.get<{ Querystring: { lang?: string } }>('/phone', async (request, reply) => {
    const reader = assets.words.reader(localeOf(request.query.lang));
    return sendPage(reply, assets, phonePage({ reader, issuer, pushToken: randomToken(24), vendorCode, lines }));
  });

  fastify.post<{ Body: { lineId?: unknown } | undefined }>('/local/enrolments', async (request, reply) => {
    try {
      if (!isOwnPage(request.headers, issuer))
        throw new Problem('insufficient_scope', 'Send this request from the page of the phone.');
      const line = lines.find(({ lineId }) => lineId === request.body?.lineId);
      if (!line) throw new Problem('invalid_request', 'Send the id of a demonstration line as lineId.');
      const standing = await subscriptions.standingOnLine(line.lineId);
      const { enrolmentCode } = standing
        ? await subscriptions.enrolmentCode(standing.id)
        : await lifecycle.subscribe(line.phoneNumber, { actor: 'customer' });
      return await reply.status(201).header('Cache-Control', 'no-store').send({ enrolmentCode });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      writeProblem(reply, error);
      return reply;
    }
  });
}

function clientOf(clients: readonly DemoClient[], name: string): DemoClient {
  const client = clients.find(({ clientId }) => clientId === name);
  if (!client) throw new Error(`the demonstration has no client ${name}`);
  return client;
}

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * True if a page was requested under another name of this machine. Its script would then call the service across
 * origins, and a browser binds keys and cookies to the name, so the server redirects to the issuer's name.
 */
function isElsewhere({ host }: FastifyRequest, issuer: string): boolean {
  const known = new URL(issuer).host;
  return host !== known && LOOPBACK.test(host) && LOOPBACK.test(known);
}
