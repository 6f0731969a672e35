import type { FormLimit } from '../http/form-limits.ts';
import { ANNOUNCED_REQUESTS_A_DAY } from '../domain/operator.ts';

/**
 * The limit of requests that the service announces to a person by push and SMS. It counts an operator or a program for
 * each person, so that one who asks and withdraws again and again neither rings the phone at will nor fills its list of
 * alerts, and keeps no other from asking.
 */
export function announcedRequests(
  request: 'cancellation' | 'reissue',
  { actorId, subscriptionId }: { actorId: string; subscriptionId: string },
): FormLimit {
  const of = `${request}\0${actorId}\0${subscriptionId}`;
  return { name: 'announced-requests', of, times: ANNOUNCED_REQUESTS_A_DAY, seconds: 86_400 };
}
