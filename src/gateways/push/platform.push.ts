import type { PushGateway, PushMessage, PushOutcome } from './push.ts';

/** Sends each push through the platform of its phone. */
export class PlatformPushGateway implements PushGateway {
  readonly #gateways: Readonly<Record<PushMessage['platform'], PushGateway>>;

  constructor(gateways: Readonly<Record<PushMessage['platform'], PushGateway>>) {
    this.#gateways = gateways;
  }

  send(message: PushMessage, deadlineMs: number): Promise<PushOutcome> {
    return this.#gateways[message.platform].send(message, deadlineMs);
  }
}
