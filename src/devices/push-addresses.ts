import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { isP256Point } from '../crypto/vapid-keys.ts';
import { Problem } from '../domain/problem.ts';
import type { PushService } from '../domain/push-service.ts';
import {
  isWebPushToken,
  readWebPushSubscription,
  type SubscriptionFault,
  type WebPushSubscription,
} from '../domain/web-push-subscription.ts';
import { networksOf } from '../gateways/outbound/global-address.ts';
import { judgeOutboundUrl, type OutboundRules } from '../gateways/outbound/outbound-address.ts';

/**
 * How an app is reached. `platform` stands for the push service of the system's native apps; a device without push has no
 * token.
 */
export type PushAddress = { service: PushService | 'platform'; token: string } | { service: 'none'; token: null };

/** Reads the push tokens that apps register. */
@Injectable()
export class PushAddresses {
  private readonly rules: OutboundRules;

  constructor(
    private readonly keys: ServiceKeys,
    { NODE_ENV }: Environment,
  ) {
    // No network is allowed beside the internet: any subscriber can name an endpoint.
    this.rules = { isProduction: NODE_ENV === 'production', allowed: networksOf([]) };
  }

  /** The public key under which browsers subscribe. Problems: `not_found` where there is no Web Push. */
  get applicationServerKey(): string {
    const { current } = this.keys.vapid;
    if (current === undefined) throw new Problem('not_found', 'This service sends no Web Push. Enrol without push.');
    return current;
  }

  /**
   * Reads a token: empty for an app without push, a subscription to Web Push as JSON, or the token of the platform. A
   * subscription is kept in one spelling, so that it has one digest. Problems: `invalid_request`.
   */
  read(pushToken: string): PushAddress {
    if (pushToken === '') return { service: 'none', token: null };
    if (!isWebPushToken(pushToken)) return { service: 'platform', token: pushToken };
    const subscription = this.judged(readWebPushSubscription(pushToken));
    if ('detail' in subscription) throw refused(subscription);
    return { service: 'webpush', token: JSON.stringify(subscription) };
  }

  private judged(read: WebPushSubscription | SubscriptionFault): WebPushSubscription | SubscriptionFault {
    if ('detail' in read) return read;
    const url = judgeOutboundUrl(read.endpoint, this.rules);
    if (typeof url === 'string') return { pointer: '/endpoint', detail: url };
    if (!isP256Point(read.keys.p256dh)) {
      return { pointer: '/keys/p256dh', detail: 'Send an uncompressed point on P-256.' };
    }
    if (!this.keys.vapid.pairOf(read.applicationServerKey)) {
      const detail = 'This key is not, or no longer, a key of the service. Subscribe anew under GET /app/v1/push-key.';
      return { pointer: '/applicationServerKey', detail };
    }
    return { ...read, endpoint: url.href };
  }
}

function refused({ pointer, detail }: SubscriptionFault): Problem {
  const errors = [{ pointer: `/pushToken${pointer}`, detail }];
  return new Problem('invalid_request', 'The push subscription cannot be used.', { errors });
}
