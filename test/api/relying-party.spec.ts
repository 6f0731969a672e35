import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { otherThan, TestService } from '../support/service.ts';

describe('a relying party', () => {
  let service: TestService;

  beforeAll(async () => {
    service = await TestService.start();
  });
  afterAll(async () => {
    await service.stop();
  });

  it('verifies a subscriber by the code that only the phone could read', async () => {
    const subscriber = await service.subscriber();
    const started = await service.start(subscriber.person);
    expect(started.status).toBe(201);
    expect(started.body).toMatchObject({ channel: 'push', state: 'pending', attemptsLeft: 5 });
    const code = await service.codeOf(subscriber, started.body.id);
    const verified = await service.verify(started.body.id, code);
    expect(verified.status).toBe(200);
  });

  it('is told how many tries are left, and at the fifth wrong code that there is none', async () => {
    const subscriber = await service.subscriber();
    const { id } = (await service.start(subscriber.person)).body;
    const code = await service.codeOf(subscriber, id);
    for (const attemptsLeft of [4, 3, 2, 1]) {
      const { status, body } = await service.verify(id, otherThan(code));
      expect({ status, code: body['code'], left: body['attemptsLeft'] }).toEqual({
        status: 422,
        code: 'code_mismatch',
        left: attemptsLeft,
      });
    }
    expect((await service.verify(id, otherThan(code))).body['code']).toBe('attempts_exhausted');
    const after = await service.verify(id, code);
    expect({ status: after.status, code: after.body['code'], state: after.body['state'] }).toEqual({
      status: 409,
      code: 'authentication_closed',
      state: 'failed',
    });
  });
});
