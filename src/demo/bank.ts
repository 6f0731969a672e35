import type { FastifyInstance, FastifyRequest } from 'fastify';
import { codeIn } from '../domain/typed-text.ts';
import { readCookie, setCookie } from '../http/cookies.ts';
import type { Assets } from '../pages/assets.ts';
import { grouped } from '../pages/format.ts';
import { localeOf } from '../pages/locale.ts';
import { sendPage } from '../pages/page.ts';
import { bankPage, issuedPage, transferPage } from './bank.page.ts';
import { DemoBank, type TransferForm } from './demo-bank.ts';
import type { ShownLine } from './frame.ts';
import { ownForm, type Form } from './own-form.ts';
import { DEMO_WORDS } from './words/words.ts';
import type { BankWords } from './words/words.ts';
import { RefusedError, whyRefused, type Credentials } from './service-client.ts';

const TRANSFER_COOKIE = 'demo-transfer';
const TRANSFER_SECONDS = 900;

type Asked = { Querystring: { lang?: string } };

/** `/demo/bank`, a bank that has transfers signed and issues the Smart OTPs that sign them. */
export function declareBank(
  fastify: FastifyInstance,
  demo: { assets: Assets; credentials: Credentials; lines: readonly ShownLine[] },
): void {
  const { assets, credentials, lines } = demo;
  const { issuer } = credentials;
  const readerOf = (lang: string | undefined) => assets.words.reader(localeOf(lang));
  const bank = new DemoBank(credentials);
  const transferOf = (request: FastifyRequest) => bank.transfer(readCookie(request, TRANSFER_COOKIE, issuer));
  const form = ownForm(issuer, 'bank');

  fastify.get<Asked>('/demo/bank', async (request, reply) => {
    return sendPage(reply, assets, bankPage(readerOf(request.query.lang), lines));
  });

  fastify.post<Form>('/demo/bank/transfers', form, async (request, reply) => {
    const { lang, lineId = '', payee = '', account = '', amount = '' } = request.body ?? {};
    const reader = readerOf(lang);
    const texts = reader.words(DEMO_WORDS).bank;
    try {
      const typed = { payee, account, amount };
      const key = await bank.begin(customerOf(lines, lineId), texts.purpose, transactionOf(texts, typed));
      setCookie(reply, { name: TRANSFER_COOKIE, value: key, seconds: TRANSFER_SECONDS }, issuer);
      return await reply.redirect(`/demo/bank/transfer?lang=${reader.locale}`, 303);
    } catch (error) {
      const refused = { why: whyRefused(error), typed: { payee, account, amount }, lineId };
      return sendPage(reply, assets, bankPage(reader, lines, refused));
    }
  });

  fastify.get<Asked>('/demo/bank/transfer', async (request, reply) => {
    return sendPage(reply, assets, transferPage(readerOf(request.query.lang), transferOf(request)));
  });

  fastify.post<Form>('/demo/bank/transfer', form, async (request, reply) => {
    const { lang, code = '' } = request.body ?? {};
    const transfer = transferOf(request);
    if (transfer) await bank.confirm(transfer, codeIn(code, 8));
    return reply.redirect(`/demo/bank/transfer?lang=${localeOf(lang)}`, 303);
  });

  fastify.post<Form>('/demo/bank/smart-otps', form, async (request, reply) => {
    const { lang, lineId = '', card } = request.body ?? {};
    const reader = readerOf(lang);
    try {
      return sendPage(reply, assets, issuedPage(reader, await bank.issue(customerOf(lines, lineId), card === 'yes')));
    } catch (error) {
      const refused = { why: whyRefused(error), typed: reader.words(DEMO_WORDS).bank.example, lineId };
      return sendPage(reply, assets, bankPage(reader, lines, refused));
    }
  });
}

function customerOf(lines: readonly ShownLine[], lineId: string): ShownLine {
  const line = lines.find((one) => one.lineId === lineId);
  if (!line) throw new RefusedError(422, { code: 'invalid_request' });
  return line;
}

/** The transaction that the customer sees and signs; the service takes it character by character. */
function transactionOf({ transfer, won }: BankWords, typed: TransferForm): { label: string; value: string }[] {
  const amount = typed.amount.normalize('NFKC').replace(/[\s,]/gu, '');
  if (!/^[1-9]\d{0,11}$/.test(amount)) throw new RefusedError(422, { code: 'invalid_request' });
  return [
    { label: transfer.payee, value: typed.payee },
    { label: transfer.account, value: typed.account },
    { label: transfer.amount, value: won(grouped(Number(amount))) },
  ];
}
