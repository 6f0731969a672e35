import { Injectable } from '@nestjs/common';
import type { ProvenDevice } from '../devices/device-proofs.ts';
import { Problem } from '../domain/problem.ts';
import { TEST_PUSHES } from '../domain/push-answer.ts';
import { PushAnswers } from './push-answers.ts';

const [TEN_MINUTES, A_DAY] = [600, 86_400];

/** Test pushes that a person sends to the phone in their hand. The call centre has a budget of its own for them. */
@Injectable()
export class OwnTestPush {
  constructor(private readonly answers: PushAnswers) {}

  /** Problems: `too_many_requests`, `nothing_to_change`. */
  async send({ deviceId, subscriptionId }: Pick<ProvenDevice, 'deviceId' | 'subscriptionId'>): Promise<void> {
    const limits = [
      { name: 'own-test-pushes', of: deviceId, times: TEST_PUSHES.perTenMinutes, seconds: TEN_MINUTES },
      { name: 'own-test-pushes-a-day', of: deviceId, times: TEST_PUSHES.perDay, seconds: A_DAY },
    ];
    if ((await this.answers.test(subscriptionId, limits, deviceId)) !== undefined) return;
    throw new Problem('nothing_to_change', 'The service has no push token of this phone. Register one first.');
  }
}
