import type { Environment } from '../../config/environment.ts';
import { networksOf } from '../gateways/outbound/global-address.ts';
import { Outbound, type Connections } from '../gateways/outbound/outbound.ts';

/** What sends requests to addresses that relying parties chose, by the rules of the environment. */
export function outboundOf(
  { NODE_ENV, WEBHOOK_ALLOW_SUBNETS, WEBHOOK_PROXY }: Environment,
  connections: Pick<Connections, 'most'> = {},
): Outbound {
  return new Outbound(
    { isProduction: NODE_ENV === 'production', allowed: networksOf(WEBHOOK_ALLOW_SUBNETS) },
    undefined,
    { ...connections, proxy: WEBHOOK_PROXY === undefined ? undefined : new URL(WEBHOOK_PROXY) },
  );
}
