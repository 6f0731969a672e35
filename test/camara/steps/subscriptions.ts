import { randomUUID } from 'node:crypto';
import { Given, Then, When } from '@cucumber/cucumber';
import { expect } from '@jest/globals';
import { answerOf } from '../../support/service.ts';
import { schemaAt } from './answers.ts';
import { awaitNotification, notificationOf } from './notifications.ts';
import { subscriptionOf, type CamaraWorld } from './world.ts';

const HOUR_MS = 3_600_000;
/** An answer and an event are a moment old; a minute is far more, on any machine. */
const MOMENT_MS = 60_000;

Given(/^use Base(?:URL|UrL)$/, function () {
  // The address that the background names.
});

// The body, of which the sentences speak before and after that it is sent.

const OTHERS: Record<string, unknown> = {
  protocol: 'MQTT5',
  types: ['org.camaraproject.sim-swap-subscriptions.v0.other'],
  'sinkCredential.credentialType': 'PLAIN',
  'sinkCredential.accessTokenType': 'mac',
};

When(
  /^"\$\.([\w.]+)" ?(=|<>) ?"([^"]*)"$/,
  function (this: CamaraWorld, path: string, comparison: string, value: string) {
    const equal = path === 'types' ? [value] : value;
    this.setAt(path, comparison === '=' ? equal : OTHERS[path]);
  },
);

When(
  /^"\$\.sinkCredential\.(accessToken|accessTokenExpiresUtc)" is valued with a valid value$/,
  function (this: CamaraWorld, name: string) {
    const value = name === 'accessToken' ? 'a-token-of-the-sink' : new Date(Date.now() + HOUR_MS).toISOString();
    this.setAt(`sinkCredential.${name}`, value);
  },
);

When(/^"\$\.sink" is set to provided callbackUrl$/, function (this: CamaraWorld) {
  this.setAt('sink', this.sink);
});

When(/^"\$\.sink" is not set to an url$/, function (this: CamaraWorld) {
  this.setAt('sink', 'no address');
});

When(
  /^(?:the request body property )?"\$\.config\.subscriptionDetail\.phoneNumber" is set (?:with with provided phoneNumber|to a valid testing phone number)$/,
  async function (this: CamaraWorld) {
    await this.useLine();
  },
);

When(/^"\$\.config\.subscriptionDetail\.phoneNumber" is not valued$/, function (this: CamaraWorld) {
  this.setAt('config.subscriptionDetail', {});
});

When(/^the valid access token does no identified a device$/, function () {
  // The background’s token is of the client alone.
});

When(/^"\$\.config\.subscriptionExpireTime" is set in the past$/, function (this: CamaraWorld) {
  this.setAt('config.subscriptionExpireTime', new Date(Date.now() - HOUR_MS).toISOString());
});

Given(/^a valid subscription request body$/, async function (this: CamaraWorld) {
  await this.useLine();
});

Given(
  /^the request body property "\$config\.subscriptionMaxEvents" is set to (\d+)$/,
  function (this: CamaraWorld, count: string) {
    this.setAt('config.subscriptionMaxEvents', Number(count));
  },
);

// Subscriptions that there are.

const ids = new WeakMap<CamaraWorld, string>();

async function call(
  world: CamaraWorld,
  method: string,
  token: string,
  { path = '', body }: { path?: string; body?: object },
): Promise<Record<string, unknown>> {
  const response = await fetch(`${world.context.service.issuer}${world.resource}${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await answerOf<Record<string, unknown>>(response);
  if (answer.status >= 300) throw new Error(`${method}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

Given(
  /^(?:a subscription is existing and identified by an "id"|at least one subscription is existing for the API client making this request)$/,
  async function (this: CamaraWorld) {
    const { phoneNumber } = await this.useLine();
    const { id } = await call(this, 'POST', this.context.token(), { body: subscriptionOf({ phoneNumber }, this.sink) });
    ids.set(this, id as string);
  },
);

Given(/^a subscription is existing for a phoneNumber$/, async function (this: CamaraWorld) {
  const { id } = await call(this, 'POST', this.context.personalToken, { body: subscriptionOf({}, this.sink) });
  ids.set(this, id as string);
});

Given(/^no subscription is existing for a phoneNumber$/, async function (this: CamaraWorld) {
  const listed = await call(this, 'GET', this.context.personalToken, {});
  for (const { id } of listed as unknown as { id: string }[])
    await call(this, 'DELETE', this.context.personalToken, { path: `/${id}` });
});

Given(/^this phone number is identified by the token$/, function (this: CamaraWorld) {
  this.headers.set('authorization', `Bearer ${this.context.personalToken}`);
});

When(
  /^the HTTP "(\w+)" request is sent (?:with )?subscriptionId(?:="id"| set to (non-existing) subscription id)$/,
  async function (this: CamaraWorld, method: string, isUnknown: string | null) {
    this.below = `/${isUnknown === null ? ids.get(this) : randomUUID()}`;
    await this.send(this.operation, method);
  },
);

// Answers.

Then(/^the response code is (\d+)$/, async function (this: CamaraWorld, status: string) {
  expect((await this.answer()).status).toBe(Number(status));
});

Then(
  /^types, protocol, sink and config\.subscriptionDetail\.phoneNumber are present with provided value$/,
  async function (this: CamaraWorld) {
    expect((await this.answer()).body).toMatchObject(this.body ?? {});
  },
);

Then(
  /^startsAt is valued with a datetime corresponding to the date time of the response$/,
  async function (this: CamaraWorld) {
    const { startsAt } = (await this.answer()).body;
    expect(Math.abs(Date.parse(startsAt as string) - Date.now())).toBeLessThan(MOMENT_MS);
  },
);

Then(/^subcriptionId is provided$/, async function (this: CamaraWorld) {
  expect((await this.answer()).body['id']).toMatch(/^[0-9a-f-]{36}$/);
});

async function listed(world: CamaraWorld): Promise<{ id: string }[]> {
  return (await world.answer()).body as unknown as { id: string }[];
}

Then(
  /^the response body complies with an array of OAS schema defined at "#?(\/[^"]+)"$/,
  async function (this: CamaraWorld, pointer: string) {
    const check = schemaAt(this.resource, pointer);
    for (const one of await listed(this)) expect([check(one), check.errors]).toEqual([true, null]);
  },
);

Then(
  /^(?:subscription\(s\) is\/are listed|the subscriptions for this phoneNumber are listed)$/,
  async function (this: CamaraWorld) {
    expect((await listed(this)).map(({ id }) => id)).toContain(ids.get(this));
  },
);

Then(/^the response body is an empty list$/, async function (this: CamaraWorld) {
  expect(await listed(this)).toEqual([]);
});

// Notifications.

Then(
  /^(?:sims swap is performed on this mobile line|the sim of the device was swapped)$/,
  async function (this: CamaraWorld) {
    await this.answer();
    const { lineId } = await this.useLine();
    expect(await this.context.service.sendEvent(lineId, 'sim-swapped', undefined, 1)).toBe('applied');
  },
);

Then(
  /^(?:The callback notification application receives (\S+) event at provided callbackUrl|event notification "(\S+)" is received on callback-url)$/,
  async function (this: CamaraWorld, kind: string | null, other: string | null) {
    await awaitNotification(this, kind ?? other ?? '');
  },
);

Then(
  /^notification body complies with the OAS schema at "#+\/components\/schemas\/(?:Subscription\/)?(\w+)"$/,
  function (this: CamaraWorld, name: string) {
    const check = schemaAt(this.resource, `/components/schemas/${name}`);
    expect([check(notificationOf(this)?.event), check.errors]).toEqual([true, null]);
  },
);

Then(/^type="([^"]+)"$/, function (this: CamaraWorld, type: string) {
  expect(notificationOf(this)?.event.type).toBe(type);
});

Then(/^data\.phoneNumber="\$\.phoneNumber"$/, function (this: CamaraWorld) {
  expect(notificationOf(this)?.event.data['phoneNumber']).toBe(this.line?.phoneNumber);
});

Then(/^data\.subscriptionId is valued with the subcriptionId$/, async function (this: CamaraWorld) {
  expect(notificationOf(this)?.event.data['subscriptionId']).toBe((await this.answer()).body['id']);
});

Then(/^time is valued by the date time of the sim swap$/, function (this: CamaraWorld) {
  const { time } = notificationOf(this)?.event as unknown as { time: string };
  expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(MOMENT_MS);
});
