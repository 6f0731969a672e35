import { Problem } from '../../domain/problem.ts';
import type { Client } from '../../relying-parties/client.entity.ts';

/** Throws unless the client may use CIBA: with a live key, and the scope `openid`. Problems: `unauthorized_client`. */
export function expectCibaClient({ scopes }: Client, isTest: boolean): void {
  if (isTest) throw new Problem('unauthorized_client', 'CIBA has no test mode. Authenticate with a live key.');
  if (!scopes.includes('openid'))
    throw new Problem('unauthorized_client', 'CIBA needs the scope openid, which an operator grants.');
}
