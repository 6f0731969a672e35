import type { Environment } from '../../config/environment.ts';
import { networksOf } from '../gateways/outbound/global-address.ts';
import { Outbound, type Connections } from '../gateways/outbound/outbound.ts';
import type { OutboundRules } from '../gateways/outbound/outbound-address.ts';

/** The rules for addresses that relying parties choose. */
export function outboundRulesOf({
  NODE_ENV,
  WEBHOOK_ALLOW_SUBNETS,
}: Pick<Environment, 'NODE_ENV' | 'WEBHOOK_ALLOW_SUBNETS'>): OutboundRules {
  return { isProduction: NODE_ENV === 'production', allowed: networksOf(WEBHOOK_ALLOW_SUBNETS) };
}

/** What sends requests to addresses that relying parties chose, by the rules of the environment. */
export function outboundOf(environment: Environment, connections: Pick<Connections, 'most'> = {}): Outbound {
  const { WEBHOOK_PROXY } = environment;
  return new Outbound(outboundRulesOf(environment), undefined, {
    ...connections,
    proxy: WEBHOOK_PROXY === undefined ? undefined : new URL(WEBHOOK_PROXY),
  });
}
