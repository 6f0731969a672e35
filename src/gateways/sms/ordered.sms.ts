import { Logger } from '@nestjs/common';
import { Breaker } from '../breaker.ts';
import type { SmsGateway, SmsGatewayStanding, SmsMessage, SmsOutcome, SmsReceipt } from './sms.ts';

/** A gateway with the name by which settings, metrics and logs know it. */
export interface NamedSmsGateway {
  name: string;
  gateway: SmsGateway & { close?: () => Promise<void> };
}

interface Ranked extends NamedSmsGateway {
  breaker: Breaker;
}

/** Milliseconds that have to be left of the deadline for a further gateway. */
const LEAST_MS = 500;
/** Milliseconds before the deadline from which a link that was not ready counts as one that hangs. */
const LATE_MS = 20;

/**
 * Several SMS gateways in their order, each behind a breaker.
 *
 * - A message that one gateway did not send (`retry`) goes to the next one at once, within the same deadline.
 * - A message of unknown fate goes to no other gateway here. Its sender repeats it once, and the repeat goes to the first
 *   gateway that works then: to the same one, which can drop it by its id, or to the next one if the first is out. The
 *   same code may so arrive twice; the other way round a person would get none.
 * - A gateway that is out is still tried last: a message is not given up because every breaker is open.
 */
export class OrderedSmsGateway implements SmsGateway {
  readonly #gateways: readonly Ranked[];
  readonly #logger = new Logger('SMS');

  constructor(gateways: readonly NamedSmsGateway[], clock: () => number = () => performance.now()) {
    this.#gateways = gateways.map((one) => ({ ...one, breaker: new Breaker(clock) }));
  }

  async send(message: SmsMessage, deadlineMs: number): Promise<SmsOutcome> {
    const until = performance.now() + deadlineMs;
    const startedAt = performance.now();
    const notSent: { outcome: SmsOutcome & { kind: 'retry' }; name: string }[] = [];
    for (const one of this.#inOrder()) {
      const leftMs = until - performance.now();
      if (notSent.length > 0 && leftMs < LEAST_MS) break;
      const ttlSeconds = message.ttlSeconds - (performance.now() - startedAt) / 1000;
      const outcome = await this.#through(one, { ...message, ttlSeconds }, leftMs);
      if (outcome.kind !== 'retry') return { ...outcome, gateway: one.name };
      notSent.push({ outcome, name: one.name });
    }
    return allTogether(notSent);
  }

  onReceipt(listener: (receipt: SmsReceipt | null) => void): void {
    for (const { gateway } of this.#gateways) gateway.onReceipt?.(listener);
  }

  standing(): SmsGatewayStanding[] {
    return this.#gateways.map(({ name, breaker }) => ({ gateway: name, isOut: breaker.isOpen }));
  }

  async close(): Promise<void> {
    await Promise.all(this.#gateways.map(({ gateway }) => gateway.close?.() ?? Promise.resolve()));
  }

  /** Those that work, and those that are out behind them. One whose time has come keeps its place for one message. */
  #inOrder(): Ranked[] {
    const judged = this.#gateways.map((one) => ({ one, works: one.breaker.admits() }));
    return [...judged.filter(({ works }) => works), ...judged.filter(({ works }) => !works)].map(({ one }) => one);
  }

  async #through({ name, gateway, breaker }: Ranked, message: SmsMessage, deadlineMs: number): Promise<SmsOutcome> {
    const attempt = breaker.begin();
    const beganAt = performance.now();
    // Rounded, because reasons name it.
    const outcome = await gateway.send(message, Math.max(1, Math.round(deadlineMs)));
    const wasOpen = breaker.isOpen;
    const isLate = performance.now() - beganAt > deadlineMs - LATE_MS;
    if (outcome.kind === 'accepted' || outcome.kind === 'rejected') attempt.succeeded();
    else if (outcome.kind === 'expired') attempt.abandoned();
    else if (outcome.kind === 'unknown' || isLate) attempt.unanswered();
    else attempt.failed();
    if (breaker.isOpen !== wasOpen && this.#gateways.length > 1) {
      const reason = 'reason' in outcome ? `: ${outcome.reason}` : '';
      if (breaker.isOpen) this.#logger.warn(`the gateway ${name} is out, and the others take over${reason}`);
      else this.#logger.warn(`the gateway ${name} works again`);
    }
    return outcome;
  }
}

/** The outcome of a message that no gateway sent: each reason, and the shortest wait if every gateway asked for one. */
function allTogether(notSent: readonly { outcome: SmsOutcome & { kind: 'retry' }; name: string }[]): SmsOutcome {
  const [first] = notSent;
  if (first && notSent.length === 1) return { ...first.outcome, gateway: first.name };
  const waits = notSent.flatMap(({ outcome }) => outcome.afterMs ?? []);
  return {
    kind: 'retry',
    reason: notSent.map(({ name, outcome }) => `${name}: ${outcome.reason}`).join('; '),
    ...(waits.length === notSent.length && waits.length > 0 && { afterMs: Math.min(...waits) }),
    ...(first && { gateway: first.name }),
  };
}
