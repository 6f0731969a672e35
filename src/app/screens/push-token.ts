import type { Platform } from '../platform.ts';
import { isUnregistered } from './fault.ts';
import type { Installation } from './installation.ts';
import type { Phones } from './phones.ts';

/** Milliseconds after which the service is told the same token again: it may have lost it without this phone's knowledge. */
const TOLD_AGAIN_MS = 86_400_000;

/** Tells the service the token by which pushes reach this installation. */
export class PushToken {
  /** The renewal that runs. */
  private renewal: Promise<boolean> | undefined;

  constructor(
    private readonly platform: Platform,
    private readonly installation: Installation,
    private readonly phones: Phones,
  ) {}

  /**
   * Tells a new token, because the former one may be dead. A call while another runs shares its outcome: two renewals at
   * once would end each other's subscription.
   */
  async renew(): Promise<boolean> {
    this.renewal ??= this.tell({ again: true }).finally(() => (this.renewal = undefined));
    return this.renewal;
  }

  /**
   * Tells the token if the service knows another one, once a day, and, with `again`, a new one in any case. Resolves with
   * whether the service was told of a token.
   */
  async tell({ again = false } = {}): Promise<boolean> {
    const { installation, phones } = this;
    if (phones.all.length === 0) return false;
    // While the service cannot be asked for its key, it keeps the token that it knows.
    const pushToken = await this.platform.pushToken({ fresh: again }).catch(() => undefined);
    if (pushToken === undefined) return false;
    const isKnown = phones.knowsToken(pushToken);
    const isFresh = Date.now() - installation.pushTokenToldAt < TOLD_AGAIN_MS;
    if (isKnown && (pushToken === '' || (isFresh && !again))) return false;
    const told = await Promise.allSettled(phones.all.map((phone) => phone.replacePushToken(pushToken)));
    // Told again at the next start if one of the devices did not reach the service. One that has ended needs no token.
    if (told.some((one) => one.status === 'rejected' && !isUnregistered(one.reason))) return false;
    await phones.keepToken(pushToken);
    return pushToken !== '';
  }
}
