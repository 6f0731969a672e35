import type { Environment } from '../../../config/environment.ts';
import type { CarrierDirectory } from './carrier-directory.ts';
import { parseMapping } from './characteristics.ts';
import { JsonDirectory } from './json.directory.ts';
import { Tmf637Directory } from './tmf637.directory.ts';

/** The carrier's directory that the environment configures; null if it names none. */
export function configuredDirectory(environment: Environment, deadlineMs?: number): CarrierDirectory | null {
  const { CARRIER_DIRECTORY_KIND: kind, CARRIER_DIRECTORY_URL: url, CARRIER_DIRECTORY_MAPPING: mapping } = environment;
  if (url === undefined) return null;
  // The token may change while the process runs.
  const token = () => environment.CARRIER_DIRECTORY_TOKEN;
  const asked = { url, token, ...(deadlineMs !== undefined && { deadlineMs }) };
  if (kind === 'json') return new JsonDirectory(asked);
  return new Tmf637Directory({ ...asked, ...(mapping !== undefined && { mapping: parseMapping(mapping) }) });
}
