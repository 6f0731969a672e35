import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { formatPhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import { codeIn } from '../domain/typed-text.ts';
import { readCookie, setCookie } from '../http/cookies.ts';
import type { BodyType } from '../http/fastify.ts';
import { isOwnPage } from '../http/own-page.ts';
import { writeProblem } from '../http/problem.filter.ts';
import type { Assets } from '../pages/assets.ts';
import { localeOf } from '../pages/locale.ts';
import { sendPage } from '../pages/page.ts';
import type { ShownLine } from './demo.page.ts';
import type { DemoShop } from './demo-shop.ts';
import { ownCodePage, ownWindowPage } from './own-window.page.ts';
import { RefusedError } from './service-client.ts';
import { DEMO_WORDS } from './words/words.ts';

const COOKIE = 'demo-own';
const COOKIE_SECONDS = 900;
const CODE_DIGITS = 6;
const FORM = { config: { bodyType: 'form' satisfies BodyType } };

type Form = { Body: Readonly<Partial<Record<string, string>>> | undefined };

/** `/demo/own`, the shop with a window of its own: it asks for the person's data and the code on its own pages. */
export function declareOwnWindow(
  fastify: FastifyInstance,
  demo: { assets: Assets; issuer: string; shop: DemoShop; lines: readonly ShownLine[] },
): void {
  const { assets, issuer, shop, lines } = demo;
  const readerOf = (lang: string | undefined) => assets.words.reader(localeOf(lang));
  const verificationOf = (request: FastifyRequest) => shop.verification(readCookie(request, COOKIE, issuer));
  const own = async (request: FastifyRequest, reply: FastifyReply) => {
    if (isOwnPage(request.headers, issuer)) return;
    writeProblem(reply, new Problem('window_bound_elsewhere', 'Send this request from the shop’s own page.'));
    await reply;
  };

  fastify.get<{ Querystring: { lang?: string; fill?: string } }>('/demo/own', async (request, reply) => {
    const line = lines.find(({ lineId }) => lineId === request.query.fill);
    const typed = line ? { ...line.owner, phoneNumber: formatPhoneNumber(line.phoneNumber) } : {};
    return sendPage(reply, assets, ownWindowPage(readerOf(request.query.lang), lines, typed));
  });

  fastify.post<Form>('/demo/own', { ...FORM, preHandler: own }, async (request, reply) => {
    const { lang, birthDate = '', genderDigit = '', phoneNumber = '' } = request.body ?? {};
    const reader = readerOf(lang);
    const typed = { birthDate, genderDigit, phoneNumber };
    try {
      const key = await shop.start(typed, reader.words(DEMO_WORDS).shop.purpose);
      setCookie(reply, { name: COOKIE, value: key, seconds: COOKIE_SECONDS }, issuer);
      return await reply.redirect(`/demo/own/code?lang=${reader.locale}`, 303);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      const { code } = error.refusal;
      const why = code === 'invalid_request' ? 'invalid' : code === 'too_many_requests' ? 'tooMany' : 'other';
      return sendPage(reply, assets, ownWindowPage(reader, lines, typed, why));
    }
  });

  fastify.get<{ Querystring: { lang?: string } }>('/demo/own/code', async (request, reply) => {
    const verification = verificationOf(request);
    const log = verification && shop.logOfOwn(verification);
    return sendPage(reply, assets, ownCodePage(readerOf(request.query.lang), verification, log));
  });

  fastify.post<Form>('/demo/own/code', { ...FORM, preHandler: own }, async (request, reply) => {
    const { lang, code = '' } = request.body ?? {};
    const verification = verificationOf(request);
    if (verification) await shop.verify(verification, codeIn(code, CODE_DIGITS));
    return reply.redirect(`/demo/own/code?lang=${localeOf(lang)}`, 303);
  });
}
