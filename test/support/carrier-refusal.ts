import { inspect } from 'node:util';
import { expect } from '@jest/globals';
import { CarrierUnavailable } from '../../src/gateways/directory/carrier-directory.ts';

/** The message of a lookup that must fail, after a check that the error contains none of the `personal` texts. */
export async function refusalOf(lookup: Promise<unknown>, personal: readonly string[]): Promise<string> {
  const error: unknown = await lookup.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(CarrierUnavailable);
  const written = inspect(error, { depth: null, showHidden: true });
  for (const one of personal) expect(written).not.toContain(one);
  return (error as CarrierUnavailable).message;
}
