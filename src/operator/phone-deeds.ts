import { Injectable } from '@nestjs/common';
import { PushAnswers, type GivenPushAnswer } from '../delivery/push-answers.ts';
import { Devices } from '../devices/devices.ts';
import { Problem } from '../domain/problem.ts';
import { TEST_PUSHES } from '../domain/push-answer.ts';
import { SmsPermissions } from '../sms-permissions/sms-permissions.ts';
import { subscriptionNotFound, Subscriptions } from '../subscriptions/subscriptions.ts';
import { Audit } from './audit.ts';
import type { Operator } from './operator-desk.ts';

/**
 * How a test push stands. `waiting`: no worker has sent it yet. `retry`: the push service could not take it, and it is sent
 * again. `reached`: the app sent a request after the push service took it. `over`: it was not sent in time.
 */
export const TEST_PUSH_STATES = [
  'waiting',
  'retry',
  'accepted',
  'reached',
  'unregistered',
  'rejected',
  'over',
] as const;
export type TestPushState = (typeof TEST_PUSH_STATES)[number];

/** A test push as its page shows it. */
export interface TestPushView {
  state: TestPushState;
  answer: GivenPushAnswer | undefined;
  lastContactAt: Date | null;
}

const [TEN_MINUTES, A_DAY] = [600, 86_400];
/** Milliseconds between two looks for a request of the app. */
const LOOK_MS = 1_000;

/** What an agent does about a phone on which nothing arrives. Each is audited with its reason. */
@Injectable()
export class PhoneDeeds {
  constructor(
    private readonly answers: PushAnswers,
    private readonly devices: Devices,
    private readonly subscriptions: Subscriptions,
    private readonly smsPermissions: SmsPermissions,
    private readonly audit: Audit,
  ) {}

  /**
   * Sends a visible push to the phone in use that says that it is a test, and returns its id. One subscription gets three
   * in ten minutes and ten a day. Problems: `subscription_not_found`, `too_many_requests`, `nothing_to_change` when the
   * subscription has no phone in use, or no push token.
   */
  async testPush(by: Operator, subscriptionId: string): Promise<string> {
    const call = { operator: by.operator, reason: by.reason, address: by.address, action: 'test-push', subscriptionId };
    return this.audit.of(call, async () => {
      const { state, device } = await this.subscriptions.view(subscriptionId);
      if (state === 'cancelled' || device?.state !== 'active') throw noPhone();
      const id = await this.answers.test(subscriptionId, [
        { name: 'test-pushes', of: subscriptionId, times: TEST_PUSHES.perTenMinutes, seconds: TEN_MINUTES },
        { name: 'test-pushes-a-day', of: subscriptionId, times: TEST_PUSHES.perDay, seconds: A_DAY },
      ]);
      if (id === undefined) throw noPhone();
      return this.audit.recordRead(call, id);
    });
  }

  /**
   * Returns how a test push stands, as soon as that differs from `known`, or after `waitMs`. Undefined for one that this
   * subscription never had, or had long ago.
   */
  async testPushView(
    subscriptionId: string,
    id: string,
    { known = 'waiting', waitMs }: { known?: string | undefined; waitMs: number },
  ): Promise<TestPushView> {
    const until = performance.now() + waitMs;
    for (;;) {
      const left = Math.max(0, until - performance.now());
      const view = await this.standing(subscriptionId, id, known === 'waiting' ? left : 0);
      if (view.state !== known || performance.now() >= until) return view;
      await new Promise((resolve) => setTimeout(resolve, Math.min(LOOK_MS, Math.max(0, until - performance.now()))));
    }
  }

  /**
   * Ends a permission of codes by SMS, with the authentications whose codes were texted under it. Problems:
   * `subscription_not_found`, `sms_permission_not_found`.
   */
  async endSmsPermission(by: Operator, subscriptionId: string, id: string): Promise<void> {
    const { operator, reason, address } = by;
    const call = { operator, reason, address, action: 'end-sms-permission', subscriptionId };
    await this.audit.of(call, async () => {
      if ((await this.subscriptions.transitions(subscriptionId)).length === 0) throw subscriptionNotFound();
      await this.smsPermissions.endOf(subscriptionId, id);
      await this.audit.record(call);
    });
  }

  private async standing(subscriptionId: string, id: string, waitMs: number): Promise<TestPushView> {
    const { answer, isQueued } = await this.answers.standing(subscriptionId, id, waitMs);
    const reach = await this.devices.reachOf(subscriptionId);
    const lastContactAt = reach?.lastContactAt ?? null;
    return { state: stateOf(answer, isQueued, lastContactAt), answer, lastContactAt };
  }
}

function stateOf(answer: GivenPushAnswer | undefined, isQueued: boolean, lastContactAt: Date | null): TestPushState {
  if (!answer) return isQueued ? 'waiting' : 'over';
  if (answer.outcome === 'retry') return isQueued ? 'retry' : 'over';
  if (answer.outcome !== 'accepted' || !lastContactAt) return answer.outcome;
  return lastContactAt > answer.answeredAt ? 'reached' : 'accepted';
}

function noPhone(): Problem {
  return new Problem('nothing_to_change', 'The subscription has no phone in use that a push could reach.');
}
