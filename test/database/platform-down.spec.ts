import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { otherThan, TestService } from '../support/service.ts';

/** More than the attempts within the lifetime of an authentication. */
const ANSWERS = 200;

describe.each(['android', 'ios'] as const)('the push platform of an %s phone while it is down', (platform) => {
  let service: TestService;

  beforeAll(async () => {
    service = await TestService.start();
  });
  afterAll(async () => {
    await service.stop();
  });

  /** The platform answers every push to this token alternately with a broken connection and a refusal. */
  function takeDown(pushToken: string): void {
    if (platform === 'android') {
      service.fcm.answer(pushToken, ...Array.from({ length: ANSWERS }, (_, at) => (at % 2 ? 'RESET' : 'INTERNAL')));
    } else {
      const [reset, refused] = ['RESET', 'InternalServerError'] as const;
      service.apns.answer(pushToken, ...Array.from({ length: ANSWERS }, (_, at) => (at % 2 ? reset : refused)));
    }
  }

  const pushedAbout = (id: string) =>
    [...service.fcm.received, ...service.apns.received].filter(({ data }) => data['id'] === id);

  async function deliveriesOf(id: string): Promise<{ kind: string; attempts: number }[]> {
    const { rows } = await service.database.pool.query<{ kind: string; attempts: number }>(
      'SELECT kind, attempts FROM deliveries WHERE authentication_id = $1 ORDER BY id',
      [id],
    );
    return rows;
  }

  it('while the push platform is down the app pulls and opens, and the window verifies, with no push and no SMS', async () => {
    const subscriber = await service.subscriber({ platform });
    takeDown(subscriber.pushToken);
    const started = await service.start(subscriber.person);
    expect(started.body).toMatchObject({ channel: 'push', state: 'pending' });
    const { id } = started.body;
    await eventually('the wake-up tried again', async () => ((await deliveriesOf(id))[0]?.attempts ?? 0) >= 2);

    const code = await service.codeOf(subscriber, id);
    await eventually('the code tried as well', async () =>
      (await deliveriesOf(id)).some(({ kind, attempts }) => kind === 'code' && attempts >= 1),
    );
    expect((await service.verify(id, otherThan(code))).status).toBe(422);
    expect((await service.verify(id, code)).status).toBe(200);

    await eventually('no delivery left', async () => (await deliveriesOf(id)).length === 0);
    expect(pushedAbout(id)).toEqual([]);
    expect(service.smsc.received.filter(({ text }) => text.includes('인증번호'))).toEqual([]);
  });

  it('while the push platform is down an unopened authentication expires in its time, and its push is given up', async () => {
    const { person, pushToken } = await service.subscriber({ platform });
    takeDown(pushToken);
    const { id } = (await service.start(person)).body;
    await eventually('the wake-up tried', async () => ((await deliveriesOf(id))[0]?.attempts ?? 0) >= 1);
    // Simulates the end of its 180 seconds.
    await service.database.pool.query(
      `WITH late AS (UPDATE authentications SET expires_at = now() WHERE id = $1)
       UPDATE deliveries SET expires_at = now() WHERE authentication_id = $1`,
      [id],
    );
    const view = await service.call('GET', `/v1/authentications/${id}`);
    expect(view.body).toMatchObject({ state: 'expired', channel: 'push' });
    expect((await service.verify(id, '000000')).status).toBe(410);
    await eventually('the push given up', async () => (await deliveriesOf(id)).length === 0);
    expect(pushedAbout(id)).toEqual([]);
    expect(service.smsc.received.filter(({ text }) => text.includes('인증번호'))).toEqual([]);
  });
});
