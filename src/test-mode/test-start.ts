import { Injectable } from '@nestjs/common';
import {
  assertMembersFit,
  canonical,
  digestOf,
  matchDigitsOf,
  type IdempotencyKey,
  type StartedAuthentication,
  type StartInput,
} from '../authentication/start.ts';
import { randomCode, randomId } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { transactionQuestion } from '../crypto/transaction-question.ts';
import { CODE_ATTEMPTS, LIFETIME_SECONDS, type Channel } from '../domain/authentication.ts';
import { Problem } from '../domain/problem.ts';
import { testChannel, testPerson, type TestPerson } from '../domain/test-person.ts';
import { assertSameRequest } from '../http/idempotency-key.ts';
import { readNamedPerson } from '../lines/named-person.ts';
import type { TestAuthentication } from './test-authentication.entity.ts';
import { TestAuthenticationStore } from './test-authentication.store.ts';
import { encryptTestPerson } from './test-person-cipher.ts';
import { TestQuota } from './test-quota.ts';
import { TestStates } from './test-states.ts';

/** Starts authentications of test persons. They ask no line, send nothing, and spend no budget of a person. */
@Injectable()
export class TestStart {
  constructor(
    private readonly keys: ServiceKeys,
    private readonly store: TestAuthenticationStore,
    private readonly quota: TestQuota,
    private readonly states: TestStates,
  ) {}

  /** Problems: as `Start`. */
  async start(
    input: StartInput,
    clientId: string,
    idempotencyKey: IdempotencyKey | undefined,
  ): Promise<StartedAuthentication> {
    const named = readNamedPerson(input);
    assertMembersFit(input);
    const personDigest = this.keys.indexes.of('person', `test\0${JSON.stringify(named)}`);
    const requests = this.keys.indexes.all('request', `test\0${canonical(input, idempotencyKey)}`);
    const keyDigest = idempotencyKey ? digestOf(idempotencyKey) : null;
    try {
      this.quota.spend(clientId);
    } catch (error) {
      const earlier = keyDigest && (await this.earlier(clientId, keyDigest, requests));
      if (earlier) return earlier;
      throw error;
    }
    const { method = 'push', transaction } = input;
    const person = testPerson(named.phoneNumber, method);
    if (person.refusal) throw REFUSALS[person.refusal]();
    const id = randomId();
    const matchDigits = matchDigitsOf(input);
    const channel = testChannel(person, method);
    const expiresAt = await this.store.insert({
      id,
      clientId,
      channel,
      person: encryptTestPerson(this.keys, id, named),
      personDigest,
      code: person.hasCode ? newCode(channel) : null,
      question: transaction ? transactionQuestion(id, transaction) : null,
      keyDigest,
      requestDigest: keyDigest && requests[0],
      byWindow: idempotencyKey?.by === 'window',
      windowId: idempotencyKey?.windowId ?? null,
      matchDigits,
      ...scheduleOf(person),
    });
    // Also by a repetition: the first request may not be as far yet, or may never have come so far.
    await this.states.supersede(clientId, personDigest);
    return expiresAt ? started({ id, channel, expiresAt, matchDigits }) : this.repeated(clientId, keyDigest, requests);
  }

  private async earlier(
    clientId: string,
    keyDigest: Buffer,
    requests: readonly Buffer[],
  ): Promise<StartedAuthentication | null> {
    const earlier = await this.store.byKey(clientId, keyDigest);
    if (!earlier?.requestDigest) return null;
    assertSameRequest(requests, earlier.requestDigest);
    return started(earlier);
  }

  private async repeated(
    clientId: string,
    keyDigest: Buffer | null,
    requests: readonly Buffer[],
  ): Promise<StartedAuthentication> {
    const earlier = keyDigest && (await this.earlier(clientId, keyDigest, requests));
    if (earlier) return earlier;
    throw new Problem(
      'idempotency_in_progress',
      'The first request with this key is still running. Send it again in a moment.',
      { retryAfterSeconds: 1 },
    );
  }
}

const REFUSALS: Readonly<Record<NonNullable<TestPerson['refusal']>, () => Problem>> = {
  too_many_requests: () =>
    new Problem(
      'too_many_requests',
      'One person can be asked at most 5 times in ten minutes and 20 times a day. This test number always answers so.',
      { retryAfterSeconds: 600, limit: { name: 'starts', quota: 5, seconds: 600 } },
    ),
  service_unavailable: () =>
    new Problem('service_unavailable', 'The service is temporarily unavailable. This test number always answers so.', {
      retryAfterSeconds: 1,
    }),
};

function scheduleOf({ wrongFirst, endsAs, opensAfter, endsAfter }: TestPerson) {
  return {
    wrongFirst,
    endsAs,
    opensAfter,
    endsAfter,
    expiresAfter: endsAs === 'expired' ? endsAfter : LIFETIME_SECONDS,
  };
}

/** Six digits; eight where a transaction is signed. */
function newCode(channel: Channel): string {
  return channel === 'sign' ? randomCode() + randomCode().slice(0, 2) : randomCode();
}

function started({
  id,
  channel,
  expiresAt,
  matchDigits,
}: Pick<TestAuthentication, 'id' | 'channel' | 'expiresAt' | 'matchDigits'>): StartedAuthentication {
  return {
    id,
    channel,
    state: 'pending',
    expiresAt: expiresAt.toISOString(),
    attemptsLeft: CODE_ATTEMPTS,
    ...(matchDigits !== null && { match: matchDigits }),
    test: true,
  };
}
