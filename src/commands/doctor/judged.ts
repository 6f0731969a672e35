import { withinDeadline } from '../../gateways/deadline.ts';
import { reasonOf, unknown, type Line } from './line.ts';

/**
 * The lines of one check. What fails or is not known after `ms` milliseconds becomes a line of its own, so that no check takes
 * the lines of another one with it.
 */
export async function judged(name: string, ms: number, look: () => Line[] | Promise<Line[]>): Promise<Line[]> {
  const late = [unknown(name, `was not known within ${ms / 1_000} s`, 'Check the network between here and there.')];
  try {
    return await withinDeadline(Promise.resolve(look()), ms, late);
  } catch (error) {
    return [unknown(name, `could not be judged: ${reasonOf(error)}`, 'Try again, and look at the logs of both sides.')];
  }
}
