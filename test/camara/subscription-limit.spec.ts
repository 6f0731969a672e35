import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { answerOf, type Answer } from '../support/service.ts';
import { Context, unknownNumber } from './context.ts';

const MOST = 6;

let context: Context;

beforeAll(async () => {
  context = await Context.start({ CAMARA_MOST_SUBSCRIPTIONS: String(MOST), CAMARA_MOST_UNKNOWN: '1' });
});
afterAll(() => context.stop());

async function call(method: string, path = '', token = context.token(), body?: object): Promise<Answer> {
  const response = await fetch(`${context.service.issuer}/sim-swap-subscriptions/v0.3/subscriptions${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return answerOf(response);
}

/** Subscribes to a number, or to a new line. */
async function subscribe(token?: string, number?: string): Promise<Answer> {
  const phoneNumber = number ?? (await context.line()).phoneNumber;
  return call('POST', '', token, {
    protocol: 'HTTP',
    sink: context.receiver.url('/unread'),
    types: ['org.camaraproject.sim-swap-subscriptions.v0.swapped'],
    config: { subscriptionDetail: { phoneNumber } },
  });
}

it('a client has no more subscriptions over all lines than the operator allows, also where it asks for all at once', async () => {
  const asked = await Promise.all(Array.from({ length: MOST + 4 }, () => subscribe()));
  const made = asked.filter(({ status }) => status === 201);
  expect(made).toHaveLength(MOST);
  for (const { status, body } of asked.filter((one) => one.status !== 201))
    expect([status, body['code'], body['message']]).toEqual([429, 'QUOTA_EXCEEDED', expect.stringContaining('6')]);
  // Another client is not concerned.
  const shop = { id: await context.service.rows.clients.idOf('demo-shop'), clientId: 'demo-shop' };
  expect((await subscribe(context.token(shop))).status).toBe(201);

  expect((await call('DELETE', `/${String(made[0]!.body['id'])}`)).status).toBe(204);
  expect((await subscribe()).status).toBe(201);
  expect((await subscribe()).body['code']).toBe('QUOTA_EXCEEDED');
});

it('a client is answered about no number once it asked about as many unknown ones as the operator allows', async () => {
  expect((await subscribe(undefined, unknownNumber())).body['code']).toBe('IDENTIFIER_NOT_FOUND');
  expect((await subscribe(undefined, unknownNumber())).body['code']).toBe('QUOTA_EXCEEDED');
});
