import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { signAssertion } from '../authentication/assertion.ts';
import { closedProblem } from '../authentication/closed-problem.ts';
import type { TypedPhoneCode } from '../authentication/phone-code.ts';
import { EXHAUSTED, MISMATCH, type Verified } from '../authentication/verify.ts';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { transactionQuestion } from '../crypto/transaction-question.ts';
import { CODE_ATTEMPTS } from '../domain/authentication.ts';
import { Problem } from '../domain/problem.ts';
import { TestAuthenticationStore, type Attempted, type TestView } from './test-authentication.store.ts';
import { TestAuthentications } from './test-authentications.ts';
import { TestStates } from './test-states.ts';

/** The client in whose name a code is verified. */
interface VerifyingClient {
  id: string;
  clientId: string;
}

/** Verifies the codes of test persons, with the answers of live ones. */
@Injectable()
export class TestVerify {
  constructor(
    private readonly keys: ServiceKeys,
    private readonly store: TestAuthenticationStore,
    private readonly authentications: TestAuthentications,
    private readonly states: TestStates,
    private readonly environment: Environment,
  ) {}

  /**
   * Verifies the code and returns the test person. A number that verifies by itself gives its answer to the first request,
   * whatever its code. The same request within 60 seconds gets the same answer again. Problems: as `Verify`.
   */
  async verifyRepeatably(
    id: string,
    typed: TypedPhoneCode,
    client: VerifyingClient,
  ): Promise<{ verified: Verified; replayed: boolean }> {
    const attempted = await this.store.attempt(id, client.id);
    if (attempted) await this.judge(id, attempted, typed);
    const seen = await this.authentications.find(id, client.id);
    if (seen.state !== 'verified') throw closedProblem(seen.state);
    return this.answer(seen, typed, client);
  }

  /** Throws unless an attempt that counted was right. Problems: `code_mismatch`, `attempts_exhausted`. */
  private async judge(id: string, attempted: Attempted, typed: TypedPhoneCode): Promise<void> {
    if (isRight(id, attempted, typed)) {
      await this.states.change([{ id, state: 'verified' }]);
      return;
    }
    const { attempts, channel } = attempted;
    if (attempts < CODE_ATTEMPTS)
      throw new Problem('code_mismatch', MISMATCH[channel], { attemptsLeft: CODE_ATTEMPTS - attempts });
    await this.states.change([{ id, state: 'failed' }]);
    throw new Problem('attempts_exhausted', EXHAUSTED[channel], { attemptsLeft: 0 });
  }

  private async answer(
    seen: TestView,
    typed: TypedPhoneCode,
    client: VerifyingClient,
  ): Promise<{ verified: Verified; replayed: boolean }> {
    const { id, question } = seen;
    const fields = typed.transaction?.map(({ label, value }) => [label, value]) ?? null;
    const digests = this.keys.indexes.all('request', JSON.stringify(['test verification', id, typed.code, fields]));
    const result = this.authentications.resultOf(seen);
    const assertion = signAssertion({ id, audience: client.clientId, result, question }, this.keys, this.environment);
    const verified: Verified = { state: 'verified', result, assertion };
    const place = `test_authentications:answer:${id}`;
    const kept = this.keys.fields.encrypt(JSON.stringify(verified), place);
    if (await this.store.keepAnswer(id, kept, digests[0])) return { verified, replayed: false };
    const earlier = await this.store.answer(id, client.id);
    const isSame =
      earlier?.answer &&
      earlier.isRecent &&
      digests.some((digest) => equalInConstantTime(digest, earlier.answerDigest ?? Buffer.alloc(0)));
    if (!isSame || !earlier.answer) throw closedProblem('verified');
    return {
      verified: JSON.parse(this.keys.fields.decrypt(earlier.answer, place).toString('utf8')) as Verified,
      replayed: true,
    };
  }
}

/** A code of a transaction is right for that transaction alone, and a code without one signs nothing. */
function isRight(id: string, attempted: Attempted, { code, transaction }: TypedPhoneCode): boolean {
  if (attempted.code === null || !attempted.isOpened || attempted.attempts <= attempted.wrongFirst) return false;
  const question = transaction ? transactionQuestion(id, transaction) : null;
  return question === attempted.question && equalInConstantTime(Buffer.from(code), Buffer.from(attempted.code));
}
