import { Injectable } from '@nestjs/common';
import { Alerts, type ListedAlert } from '../alerts/alerts.ts';
import { Authenticators, type AuthenticatorView } from '../authenticators/authenticators.ts';
import { Registrations, type OwnRegistration } from '../authenticators/registrations/registrations.ts';
import type { MonthToDate } from '../charges/charge.ts';
import { Charges } from '../charges/charges.ts';
import { PushAnswers, type GivenPushAnswer } from '../delivery/push-answers.ts';
import { Devices, type Reach } from '../devices/devices.ts';
import { History } from '../history/history.ts';
import { SmsPermissions, type GivenPermission } from '../sms-permissions/sms-permissions.ts';
import type { SubscriptionView } from '../subscriptions/subscription.ts';
import { firstLook, silentDays, type Finding } from '../domain/first-look.ts';

/** What the desk shows of the phone, of the pushes to it, and of what else the person has. */
export interface PhoneLook {
  /** Undefined without a phone in use or under test. */
  reach: Reach | undefined;
  /** The answers to the last five pushes, newest first. */
  pushes: GivenPushAnswer[];
  authenticators: AuthenticatorView[];
  registrations: Omit<OwnRegistration, 'nonce' | 'device'>[];
  /** The permissions of codes by SMS that apply now. */
  permissions: GivenPermission[];
  /** The alerts that wait for an answer. */
  alerts: Pick<ListedAlert, 'id' | 'kind' | 'at' | 'expiresAt'>[];
  /** Null for a cancelled subscription, whose last days stand in the charges. */
  fee: MonthToDate | null;
  /** Starts of the last hour that rang no phone. */
  held: number;
  /** What the agent should know first. */
  finding: Finding;
  /** Whole days since the app last sent a request; null without a phone. */
  silentDays: number | null;
}

/** Gathers from their rooms what an agent needs who is asked why nothing arrives. */
@Injectable()
export class PhoneLooks {
  constructor(
    private readonly devices: Devices,
    private readonly answers: PushAnswers,
    private readonly authenticators: Authenticators,
    private readonly registrations: Registrations,
    private readonly smsPermissions: SmsPermissions,
    private readonly alerts: Alerts,
    private readonly charges: Charges,
    private readonly history: History,
  ) {}

  /** Reads it for a subscription that the caller has looked up and audited. */
  async of(view: SubscriptionView): Promise<PhoneLook> {
    const { subscriptionId: id, state, suspensions, reason, device } = view;
    const stands = state !== 'cancelled';
    const reach = await this.devices.reachOf(id);
    const [pushes, authenticators, registrations, permissions, alerts, fee, held] = await Promise.all([
      reach ? this.answers.latest(reach.deviceId) : [],
      this.authenticators.ofSubscription(id),
      this.registrations.ofSubscription(id),
      this.smsPermissions.active(id),
      this.alerts.listed(id),
      stands ? this.charges.soFar(id) : null,
      this.history.heldLately(id),
    ]);
    const now = new Date();
    const smsPermissions = permissions.length;
    return {
      reach,
      pushes,
      authenticators,
      registrations: registrations.map(({ nonce: _nonce, device: _device, ...one }) => one),
      permissions,
      alerts: alerts.filter((one) => one.state === 'open'),
      fee,
      held,
      finding: firstLook({ state, suspensions, reason, device, reach, pushes, held, smsPermissions }, now),
      silentDays: reach ? silentDays(reach, now) : null,
    };
  }
}
