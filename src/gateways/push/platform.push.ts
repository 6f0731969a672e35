import type { PushService } from '../../domain/push-service.ts';
import type { PushGateway, PushMessage, PushOutcome } from './push.ts';

/** Sends each push through the push service of its device. */
export class PlatformPushGateway implements PushGateway {
  readonly #gateways: Readonly<Record<PushService, PushGateway>>;

  constructor(gateways: Readonly<Record<PushService, PushGateway>>) {
    this.#gateways = gateways;
  }

  send(message: PushMessage, deadlineMs: number): Promise<PushOutcome> {
    return this.#gateways[message.service].send(message, deadlineMs);
  }
}
