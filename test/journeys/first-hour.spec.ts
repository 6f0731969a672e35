import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { verifyWebhook, Pushguard } from '../../src/sdk/pushguard.ts';
import { ConsoleBrowser, textOf } from '../support/console.ts';
import { codeOf, type PageAnswer } from '../support/desk.ts';
import { eventually } from '../support/eventually.ts';
import { packed, TestService } from '../support/service.ts';
import { WebhookReceiver } from '../support/webhook-receiver.ts';

/**
 * The first hour of a relying party that knows nothing but the documents: the service's operator admits it and invites its
 * developer, who does the rest alone, at the console and with the SDK.
 */
describe('the first hour of a relying party', () => {
  const PASSWORD = 'a sentence that nobody else has';
  let service: TestService;
  let receiver: WebhookReceiver;
  let browser: ConsoleBrowser;
  let clientId: string;
  let invitation: string;
  let secrets: { live: string; test: string; webhook: string };

  beforeAll(async () => {
    [service, receiver] = await Promise.all([TestService.start(), WebhookReceiver.start()]);
    browser = new ConsoleBrowser(service);
  });
  afterAll(async () => {
    await service.stop();
    await receiver.stop();
  });

  const command = async (name: string, ...words: string[]) => {
    const env = { ...process.env, ...service.env, ISSUER: service.issuer };
    const { stdout } = await promisify(execFile)(process.execPath, [packed(`commands/${name}`), ...words, '--json'], {
      env,
    });
    return JSON.parse(stdout) as Record<string, string>;
  };
  const shownIn = ({ html }: PageAnswer) => /class="shown-secret"><code>([^<]+)</.exec(html)?.[1] ?? '';
  const fieldIn = ({ html }: PageAnswer, name: string) =>
    new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '';
  const at = (page: string) => `/console/clients/${clientId}/${page}`;
  const shopWith = (clientSecret: string) => new Pushguard({ issuer: service.issuer, clientId, clientSecret });

  it('the operator admits the shop and makes a link for its developer', async () => {
    const admitted = await command('clients', 'add', '새벽서점', '--scope=authentications');
    clientId = admitted['clientId']!;
    secrets = { live: admitted['clientSecret']!, test: '', webhook: '' };
    invitation = new URL((await command('console-people', 'invite', clientId, '윤개발'))['link']!).pathname;
  });

  it('the developer opens the link, makes an account with an authenticator, and signs in', async () => {
    const page = await browser.follow(invitation);
    const totpSecret = shownIn(page).replaceAll(' ', '');
    const joined = await browser.postRaw('/console/invitation/join', {
      form: fieldIn(page, 'form'),
      sealed: fieldIn(page, 'sealed'),
      login: 'yoon',
      name: '윤개발',
      chosen: PASSWORD,
      again: PASSWORD,
      code: codeOf(totpSecret),
    });
    expect(joined.location).toBe('/console/sign-in?done=joined');
    await service.rows.console.forgetTotp('yoon');
    await browser.post('/console/sign-in', { login: 'yoon', password: PASSWORD, code: codeOf(totpSecret) });
    expect((await browser.get('/console')).location).toBe(`/console/clients/${clientId}`);
  });

  it('makes a test secret and an endpoint for webhooks', async () => {
    secrets.test = shownIn(await browser.post(at('app/test-secret'), { overlap: '0' }));
    const added = await browser.post(at('webhooks'), { url: receiver.url('/yoon'), 'type:*': 'yes' });
    secrets.webhook = shownIn(added);
    expect([secrets.test, secrets.webhook]).toEqual([
      expect.stringMatching(/^test_/),
      expect.stringMatching(/^whsec_/),
    ]);
  });

  it.each(['test', 'live'] as const)(
    'starts, verifies and checks the assertion in %s mode, and finds it in the log',
    async (mode) => {
      const shop = shopWith(secrets[mode]);
      const person =
        mode === 'test'
          ? { phoneNumber: '010-0000-0011', birthDate: '900101', genderDigit: '1' }
          : await service.addLine();
      const { phoneNumber, birthDate, genderDigit } = person;
      const { id } = await shop.startAuthentication({ phoneNumber, birthDate, genderDigit, purpose: '회원가입' });
      const code =
        mode === 'test' ? codeAtConsole(await browser.get(at('tests'))) : await service.textedCode(phoneNumber);
      const { result, assertion } = await shop.verifyAuthentication(id, { code });
      expect(result).toMatchObject({ birthDate: '1990-01-01', gender: 'male', channel: 'sms' });
      const checked = await shop.verifyAssertion(assertion, { id, allowTest: mode === 'test' });
      expect(checked).toMatchObject({ subject: result.subject });

      const webhook = await receiver.got('/yoon', 'authentication.verified', id);
      const event = verifyWebhook(webhook.headers, webhook.body, secrets.webhook);
      expect(event).toMatchObject({ type: 'authentication.verified', data: { id } });

      const found = await browser.get(at(`log?id=${id}`));
      expect(found.location).toBe(at(`log/${id}${mode === 'test' ? '?mode=test' : ''}`));
      expect(textOf(await browser.get(found.location!))).toContain('확인되었습니다');
      const listed = await eventually('the event to be accepted', async () => {
        const page = await browser.get(at('webhooks?type=authentication.verified'));
        return textOf(page).includes('수신됨') && page;
      });
      expect(listed.html).toContain(`href="${found.location!}"`);
    },
  );

  it('sees the live one in the figures, and not the test', async () => {
    const figures = textOf(await browser.get(at('figures?span=today')));
    expect(figures).toMatch(/시작 1 .*100%/);
  });

  const codeAtConsole = ({ html }: PageAnswer) => /class="console-code">(\d{6})</.exec(html)?.[1] ?? '';
});
