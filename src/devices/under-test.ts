import { Problem } from '../domain/problem.ts';

/** `subscription_not_active` for a device under test, whatever the subscription holds. */
export function underTest(): Problem {
  return new Problem('subscription_not_active', 'Complete the device test first.');
}
