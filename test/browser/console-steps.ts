import type { Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';
import { codeOf } from '../support/desk.ts';
import type { Scene } from './scene.ts';

/** Signs the shop's owner in at the console, from its sign-in page. */
export async function signInAtConsole(scene: Scene, page: Page): Promise<void> {
  const { login, password, totpSecret } = scene.member;
  await scene.rows.console.forgetTotp(login);
  await page.locator('#login').fill(login);
  await page.locator('#password').fill(password);
  await page.locator('#code').fill(codeOf(totpSecret));
  await page.locator('main .primary').click();
  await page.waitForURL(`${scene.issuer}/console/clients/demo-shop`);
}

/** The addresses of the shop's pages at the console, with something to see on each of them. */
export async function consolePages(scene: Scene): Promise<string[]> {
  const { phoneNumber, birthDate, genderDigit } = scene.person('demo-1');
  const asked = { phoneNumber, birthDate, genderDigit, purpose: '회원가입' };
  const ids: string[] = [];
  for (let time = 0; time < 3; time += 1) {
    await scene.rows.budgets.clearStarts();
    const { body } = await scene.call('POST', '/v1/authentications', asked);
    ids.push(String(body['id']));
    if (time === 0) await scene.call('DELETE', `/v1/authentications/${ids[0]}`);
  }
  const url = `${scene.issuer}/nobody-listens-here/a-rather-long-address-of-a-shop`;
  const types = ['authentication.verified', 'authentication.declined'];
  const endpoint = await scene.call('POST', '/v1/webhook-endpoints', { url, types, description: '주문 서버' });
  const endpointId = String(endpoint.body['id']);
  const event = await scene.call('POST', `/v1/webhook-endpoints/${endpointId}/test`, { type: 'test' });
  const eventId = String(event.body['id']);
  await eventually('the first attempt', async () => {
    const { body } = await scene.call('GET', `/v1/webhook-events/${eventId}/attempts`);
    return (body['attempts'] as unknown[]).length > 0;
  });
  const ofShop = [
    '',
    '/log',
    '/log?id=unknown',
    `/log/${ids[0]}`,
    '/figures?span=today',
    '/figures?span=30d',
    '/tests',
    '/webhooks',
    `/webhooks/${endpointId}`,
    `/webhooks/events/${eventId}`,
    '/app',
    '/people',
    '/nothing-here',
  ].map((path) => `/console/clients/demo-shop${path}`);
  return [...ofShop, '/console/password', '/console/authenticator'];
}
