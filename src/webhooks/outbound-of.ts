import type { Environment } from '../../config/environment.ts';
import { outboundRules } from '../gateways/outbound/outbound-address.ts';
import { Outbound, type Connections } from '../gateways/outbound/outbound.ts';

/** What sends requests to addresses that relying parties chose, by the rules of the environment. */
export function outboundOf(
  environment: Environment,
  connections: Pick<Connections, 'most' | 'onProxyFault'> = {},
): Outbound {
  const { WEBHOOK_PROXY } = environment;
  return new Outbound(outboundRules(environment), undefined, {
    ...connections,
    proxy: WEBHOOK_PROXY === undefined ? undefined : new URL(WEBHOOK_PROXY),
  });
}
