import type { ReceivedWebhook } from '../../support/webhook-receiver.ts';
import type { CamaraWorld } from './world.ts';

const received = new WeakMap<CamaraWorld, ReceivedWebhook>();

/** The notification of which the sentences of a scenario speak. */
export function notificationOf(world: CamaraWorld): ReceivedWebhook | undefined {
  return received.get(world);
}

/** Waits for a notification of the scenario. */
export async function awaitNotification(world: CamaraWorld, kind: string): Promise<void> {
  const type = `org.camaraproject.sim-swap-subscriptions.v0.${kind}`;
  received.set(world, await world.context.receiver.got(`/${world.scenario}`, type));
}
