import { Injectable, Logger } from '@nestjs/common';
import { randomFraction } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { backoffMs, HANDOVER_SECONDS } from '../domain/delivery.ts';
import { keptCode, keptMessageId, type PushedKind } from '../domain/push-answer.ts';
import { readTexts } from '../authentication/request-texts.ts';
import { Devices } from '../devices/devices.ts';
import { decryptNamedPerson } from '../lines/named-person.ts';
import { PushGateway, type PushMessage, type PushOutcome } from '../gateways/push/push.ts';
import { SmsGateway, type SmsMessage, type SmsOutcome } from '../gateways/sms/sms.ts';
import { Words } from '../pages/words.ts';
import { Notices, type WrittenNotice } from '../notices/notices.ts';
import { RareWarnings } from '../process/rare-warnings.ts';
import { MESSAGING, type Traces } from '../queue/job-queue.ts';
import { inClientSpan, inConsumerSpan, inInternalSpan, markFailed, outsideOfSpans } from '../tracing/tracing.ts';
import { DeliveryMetrics } from './delivery-metrics.ts';
import { DeliveryStore, type Claimed } from './delivery.store.ts';
import {
  messageIdOf,
  noticePush,
  noticeSms,
  PUSH_WORDS,
  pushMessage,
  smsOfTemplate,
  smsText,
} from './delivery-message.ts';
import { PushAnswers, type NewPushAnswer } from './push-answers.ts';
import { TextMessages, type TextSubject } from './text-messages.ts';

/** Push attempts for a notice before it goes to the number by SMS instead. */
const PUSH_ATTEMPTS_A_NOTICE = 5;

/** The outcome of one delivery, with the answer of the push service if it was asked. */
type Settled = { id: string; answer?: NewPushAnswer } & (
  { kind: 'done' } | { kind: 'later'; attempts: number; ms: number }
);

/**
 * Sends what each commit has queued to the platforms: wake-ups, codes, cancellations, test codes and text messages.
 * A delivery's row is deleted once the platform accepted the message, and postponed when the platform could not take
 * it. It never outlives the authentication.
 * Nothing here changes an authentication.
 */
@Injectable()
export class Deliver {
  private readonly warnings = new RareWarnings(new Logger(Deliver.name));

  constructor(
    private readonly store: DeliveryStore,
    private readonly push: PushGateway,
    private readonly sms: SmsGateway,
    private readonly keys: ServiceKeys,
    private readonly devices: Devices,
    private readonly notices: Notices,
    private readonly metrics: DeliveryMetrics,
    private readonly words: Words,
    private readonly texts: TextMessages,
    private readonly answers: PushAnswers,
  ) {}

  /**
   * Sends the deliveries of one job concurrently. Skips ids that another worker has claimed. `traces` are the spans that
   * caused deliveries, to which the span of the job links.
   */
  async deliver(ids: readonly string[], traces: Traces = {}): Promise<void> {
    const startTime = Date.now();
    await outsideOfSpans(async () => {
      const claimed = await this.store.claim(ids);
      const links = claimed.flatMap(({ id }) => traces[id] ?? []);
      if (links.length === 0) return this.deliverAll(claimed);
      const count = { 'messaging.operation.type': 'process', 'messaging.batch.message_count': claimed.length };
      const span = { attributes: { ...MESSAGING, ...count }, links, startTime };
      return inConsumerSpan(`process ${MESSAGING['messaging.destination.name']}`, span, () => this.deliverAll(claimed));
    });
  }

  private async deliverAll(claimed: readonly Claimed[]): Promise<void> {
    const settled = await Promise.all(claimed.map((one) => this.deliverOne(one)));
    await Promise.all([
      this.answers.record(settled.flatMap(({ answer }) => answer ?? [])),
      this.store.finish(settled.flatMap((one) => (one.kind === 'done' ? [one.id] : []))),
      this.store.postpone(settled.flatMap((one) => (one.kind === 'later' ? [one] : []))),
    ]);
  }

  private async deliverOne(one: Claimed): Promise<Settled> {
    try {
      if (one.notice) return await this.deliverNotice(one, one.notice.id, this.notices.read(one.notice));
      return one.kind === 'sms' ? await this.deliverSms(one) : await this.deliverPush(one);
    } catch (error) {
      this.warnings.warn(`a delivery (${one.kind}) failed`, `${one.id}: ${(error as Error).message}`);
      return later(one);
    }
  }

  private async deliverPush(one: Claimed): Promise<Settled> {
    const { deviceId, pushService: service, pushToken, bond } = one;
    const content = pushMessage(one, this.words.of(PUSH_WORDS, 'ko'));
    // Nothing to send any more, or no phone to send it to: the app lists pending authentications when it opens.
    if (one.isHeld || !content || !deviceId || !bond || one.secondsLeft <= 0) return done(one);
    if (!service || service === 'none' || !pushToken) return done(one);
    const token = this.devices.readPushToken(pushToken, bond);
    if (token === null) return done(one);
    const message: PushMessage = {
      ...content,
      id: messageIdOf(one),
      service,
      token,
      ttlSeconds: Math.ceil(one.secondsLeft),
    };
    const startedAt = performance.now();
    const outcome = await this.sendPush(one, message, HANDOVER_SECONDS);
    const tookMs = Math.round(performance.now() - startedAt);
    if (outcome.kind === 'unregistered') await this.clear(deviceId, message, outcome.since);
    return { ...this.settle(one, outcome), answer: answerOf(one, { deviceId, service, outcome, tookMs }) };
  }

  private async deliverSms(one: Claimed): Promise<Settled> {
    const { smsCode, lineId, person, authenticationId: id, state } = one;
    // A decoy has no line. A number that moved to another line belongs to another person. A protected line gets no code
    // by SMS unless the subscriber permits it at this moment.
    if (!id || !smsCode || !lineId || !person || one.lineProtected || one.lineChanged || state !== 'pending')
      return done(one);
    if (one.isHeld || one.secondsLeft <= 0) return done(one);
    const code = this.keys.fields.decrypt(smsCode, `authentications:sms_code:${id}`).toString('utf8');
    const to = decryptNamedPerson(this.keys, id, person).phoneNumber;
    const { message: template } = readTexts(this.keys, id, { texts: one.texts, purpose: null });
    const named = { relyingParty: one.relyingParty ?? '', code };
    const text = template === undefined ? smsText({ ...named, host: one.codeHost }) : smsOfTemplate(template, named);
    const subject = { authenticationId: id, noticeId: null, lineId };
    const message = { id: messageIdOf(one), to, text, ttlSeconds: one.secondsLeft };
    const outcome = await this.sendSms(one, subject, message, HANDOVER_SECONDS);
    return this.settle(one, outcome);
  }

  /** Pushes the notice to the phone that was in use. Without one, or if its push service no longer knows it, texts the number. */
  private async deliverNotice(
    one: Claimed,
    noticeId: string,
    { notice, address, text, bySms }: WrittenNotice,
  ): Promise<Settled> {
    const named = { service: this.words.brandIn('ko').service, text };
    let answer: NewPushAnswer | undefined;
    if (address.push) {
      const { service, token, deviceId } = address.push;
      const message = {
        ...noticePush(notice, named),
        id: messageIdOf(one),
        service,
        token,
        collapseKey: one.id,
        ttlSeconds: Math.ceil(one.secondsLeft),
      };
      const startedAt = performance.now();
      const outcome = await this.sendPush(one, message, HANDOVER_SECONDS / 2);
      const tookMs = Math.round(performance.now() - startedAt);
      if (deviceId !== undefined) {
        answer = answerOf(one, { deviceId, service, outcome, tookMs });
        if (outcome.kind === 'unregistered') await this.clear(deviceId, message, outcome.since);
      }
      const mayWait = outcome.kind === 'retry' && (one.attempts < PUSH_ATTEMPTS_A_NOTICE || !bySms);
      if (outcome.kind === 'accepted' || mayWait) return { ...this.settle(one, outcome), ...(answer && { answer }) };
    }
    const answered = answer && { answer };
    if (!bySms || !(await this.notices.mayText(noticeId, address.phoneNumber))) return { ...done(one), ...answered };
    const sms = { id: messageIdOf(one), to: address.phoneNumber, text: noticeSms(named), ttlSeconds: one.secondsLeft };
    const subject = { authenticationId: null, noticeId, lineId: null };
    return { ...this.settle(one, await this.sendSms(one, subject, sms, HANDOVER_SECONDS / 2)), ...answered };
  }

  private async clear(deviceId: string, { service, token }: PushMessage, since: Date | undefined): Promise<void> {
    if (await this.devices.pushTokenDied(deviceId, token, since ?? null)) this.metrics.tokenCleared(service);
  }

  private async sendPush({ kind }: Claimed, message: PushMessage, seconds: number): Promise<PushOutcome> {
    const startedAt = performance.now();
    const attributes = { 'pushguard.push.kind': kind, 'pushguard.push.service': message.service };
    const outcome = await inClientSpan(`POST ${message.service}`, attributes, async (span) => {
      const answer = await this.push.send(message, seconds * 1000);
      span?.setAttribute('pushguard.push.outcome', answer.kind);
      if (span && answer.kind !== 'accepted') markFailed(span, answer.kind);
      return answer;
    });
    this.metrics.pushed(kind, message.service, outcome.kind, performance.now() - startedAt);
    return outcome;
  }

  private async sendSms(
    { id, kind, ofProtected }: Claimed,
    subject: TextSubject,
    message: SmsMessage,
    seconds: number,
  ): Promise<SmsOutcome> {
    const startedAt = performance.now();
    // Each gateway that is asked has a span of its own below this one.
    const outcome = await inInternalSpan('send sms', { 'pushguard.push.kind': kind }, async (span) => {
      const answer = await this.sms.send(message, seconds * 1000);
      span?.setAttribute('pushguard.sms.outcome', answer.kind);
      if (span && answer.kind !== 'accepted') markFailed(span, answer.kind);
      return answer;
    });
    const reason = kind === 'sms' ? (ofProtected ? 'permitted' : 'not_subscribed') : 'notice';
    this.metrics.texted(kind, reason, outcome, performance.now() - startedAt);
    // Deletes this row at once and not with the rest of the job: a message that the SMS centre accepted must not be
    // sent again.
    if (outcome.kind === 'accepted') await this.store.finish([id]);
    await this.texts.handedOver(subject, outcome);
    return outcome;
  }

  private settle(one: Claimed, outcome: PushOutcome | SmsOutcome): Settled {
    if (outcome.kind === 'accepted' || outcome.kind === 'unregistered' || outcome.kind === 'expired') return done(one);
    // The SMS centre has the message and gave no result. Send it once more in case it was lost, but not ten times.
    if (outcome.kind === 'unknown' && one.attempts >= mostAttempts(outcome)) return done(one);
    if (outcome.kind === 'rejected') {
      this.warnings.warn(`a delivery (${one.kind}) was rejected: ${kindOf(outcome.reason)}`, one.id);
      return done(one);
    }
    this.warnings.warn(`a delivery (${one.kind}) is deferred: ${kindOf(outcome.reason)}`, one.id);
    return later(one, outcome.kind === 'retry' ? outcome.afterMs : undefined);
  }
}

function answerOf(
  { id: deliveryId, authenticationId, kind, attempts: attempt }: Claimed,
  given: { deviceId: string; service: PushMessage['service']; outcome: PushOutcome; tookMs: number },
): NewPushAnswer {
  const { deviceId, service: pushService, outcome, tookMs } = given;
  return {
    deviceId,
    deliveryId,
    authenticationId,
    kind: kind as PushedKind,
    pushService,
    outcome: outcome.kind,
    code: 'reason' in outcome ? keptCode(outcome.reason) : null,
    messageId: outcome.kind === 'accepted' ? keptMessageId(outcome.messageId) : null,
    attempt,
    tookMs,
  };
}

/**
 * The attempts after which a message without a result is given up. A centre that was silent hardly has it. Each worker notices
 * the silence by one message and sends nothing more into it, so these are no more than messages of as many workers.
 */
function mostAttempts({ isSilent = false }: { isSilent?: boolean }): number {
  return isSilent ? 4 : 2;
}

function done({ id }: Claimed): Settled {
  return { id, kind: 'done' };
}

function later({ id, attempts }: Claimed, afterMs?: number): Settled {
  const ms = backoffMs({ attempts, random: randomFraction(), ...(afterMs !== undefined && { afterMs }) });
  return { id, kind: 'later', attempts, ms };
}

/** The first line of a reason without the milliseconds of its deadline, so that an outage is one kind of failure. */
function kindOf(reason: string): string {
  return (reason.split('\n', 1)[0] ?? '').replace(/\d+ ms/g, 'the deadline');
}
