import type { FastifyInstance, FastifyRequest } from 'fastify';
import { formatPhoneNumber } from '../domain/phone-number.ts';
import { codeIn } from '../domain/typed-text.ts';
import { readCookie, setCookie } from '../http/cookies.ts';
import type { Assets } from '../pages/assets.ts';
import { localeOf } from '../pages/locale.ts';
import { sendPage } from '../pages/page.ts';
import type { ShownLine } from './frame.ts';
import { ownForm, type Form } from './own-form.ts';
import type { DemoShop } from './demo-shop.ts';
import { ownCodePage, ownWindowPage } from './own-window.page.ts';
import { whyRefused } from './service-client.ts';
import { DEMO_WORDS } from './words/words.ts';

const COOKIE = 'demo-own';
const COOKIE_SECONDS = 900;
const CODE_DIGITS = 6;

/** `/demo/own`, the shop with a window of its own: it asks for the person's data and the code on its own pages. */
export function declareOwnWindow(
  fastify: FastifyInstance,
  demo: { assets: Assets; issuer: string; shop: DemoShop; lines: readonly ShownLine[] },
): void {
  const { assets, issuer, shop, lines } = demo;
  const readerOf = (lang: string | undefined) => assets.words.reader(localeOf(lang));
  const verificationOf = (request: FastifyRequest) => shop.verification(readCookie(request, COOKIE, issuer));
  const form = ownForm(issuer, 'shop');

  fastify.get<{ Querystring: { lang?: string; fill?: string } }>('/demo/own', async (request, reply) => {
    const line = lines.find(({ lineId }) => lineId === request.query.fill);
    const typed = line ? { ...line.owner, phoneNumber: formatPhoneNumber(line.phoneNumber) } : {};
    return sendPage(reply, assets, ownWindowPage(readerOf(request.query.lang), lines, typed));
  });

  fastify.post<Form>('/demo/own', form, async (request, reply) => {
    const { lang, birthDate = '', genderDigit = '', phoneNumber = '' } = request.body ?? {};
    const reader = readerOf(lang);
    const typed = { birthDate, genderDigit, phoneNumber };
    try {
      const key = await shop.start(typed, reader.words(DEMO_WORDS).shop.purpose);
      setCookie(reply, { name: COOKIE, value: key, seconds: COOKIE_SECONDS }, issuer);
      return await reply.redirect(`/demo/own/code?lang=${reader.locale}`, 303);
    } catch (error) {
      return sendPage(reply, assets, ownWindowPage(reader, lines, typed, whyRefused(error)));
    }
  });

  fastify.get<{ Querystring: { lang?: string } }>('/demo/own/code', async (request, reply) => {
    const verification = verificationOf(request);
    const log = verification && shop.logOfOwn(verification);
    return sendPage(reply, assets, ownCodePage(readerOf(request.query.lang), verification, log));
  });

  fastify.post<Form>('/demo/own/code', form, async (request, reply) => {
    const { lang, code = '' } = request.body ?? {};
    const verification = verificationOf(request);
    if (verification) await shop.verify(verification, codeIn(code, CODE_DIGITS));
    return reply.redirect(`/demo/own/code?lang=${localeOf(lang)}`, 303);
  });
}
