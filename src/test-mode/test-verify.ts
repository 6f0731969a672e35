import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { signAssertion } from '../authentication/assertion.ts';
import { closedProblem } from '../authentication/closed-problem.ts';
import type { TypedPhoneCode } from '../authentication/phone-code.ts';
import { EXHAUSTED, MISMATCH, nothingToVerify, type Verified } from '../authentication/verify.ts';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { transactionQuestion } from '../crypto/transaction-question.ts';
import { Problem } from '../domain/problem.ts';
import { TestAuthenticationStore, type TestView } from './test-authentication.store.ts';
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
   * Verifies the code, for a hosted window: it keeps no answer, as a live one. Problems: as `Verify.verify`.
   */
  async verify(id: string, typed: TypedPhoneCode, client: VerifyingClient): Promise<void> {
    if (await this.try(id, typed, client, null)) return;
    const { channel, state } = await this.authentications.find(id, client.id);
    throw channel === 'approve' ? nothingToVerify() : closedProblem(state);
  }

  /**
   * Verifies the code and returns the test person. A number that verifies by itself gives its answer to the first request,
   * whatever its code. The same request within 60 seconds gets the same answer again. Problems: as `Verify`.
   */
  async verifyRepeatably(
    id: string,
    typed: TypedPhoneCode,
    client: VerifyingClient,
  ): Promise<{ verified: Verified; replayed: boolean }> {
    const fields = typed.transaction?.map(({ label, value }) => [label, value]) ?? null;
    const digests = this.keys.indexes.all('request', JSON.stringify(['test verification', id, typed.code, fields]));
    const tried = await this.try(id, typed, client, digests[0]);
    if (tried) return { verified: await this.compose(tried, client), replayed: false };
    const seen = await this.authentications.find(id, client.id);
    if (seen.channel === 'approve') throw nothingToVerify();
    if (seen.state !== 'verified') throw closedProblem(seen.state);
    const isFirst = await this.store.claimAnswer(id, client.id, digests[0]);
    if (isFirst) return { verified: await this.compose(seen, client), replayed: false };
    const earlier = await this.store.answer(id, client.id);
    const isSame = digests.some((one) => equalInConstantTime(one, earlier?.answerDigest ?? Buffer.alloc(0)));
    if (!earlier || !isSame) throw closedProblem('verified');
    // Null: the process that verified is still composing the answer, or ended before it did.
    const { answer } = earlier;
    return { verified: answer ? this.read(id, answer) : await this.compose(seen, client), replayed: true };
  }

  /**
   * Returns the authentication that the code verified, with `digest` as its answered request; undefined when none is open.
   * Problems: `code_mismatch`, `attempts_exhausted`.
   */
  private async try(
    id: string,
    { code, transaction }: TypedPhoneCode,
    client: VerifyingClient,
    answerDigest: Buffer | null,
  ): Promise<TestView | undefined> {
    // A code of a transaction is right for that transaction alone, and a code without one signs nothing.
    const question = transaction ? transactionQuestion(id, transaction) : null;
    const tried = await this.states.attempt({ id, clientId: client.id, code, question, answerDigest });
    if (!tried || tried.state === 'verified') return tried;
    const { attemptsLeft, channel } = tried;
    if (tried.state === 'failed') throw new Problem('attempts_exhausted', EXHAUSTED[channel], { attemptsLeft });
    throw new Problem('code_mismatch', MISMATCH[channel], { attemptsLeft });
  }

  private async compose(seen: TestView, client: VerifyingClient): Promise<Verified> {
    const { id, question } = seen;
    const result = this.authentications.resultOf(seen);
    const asserted = { id, audience: client.clientId, result, question, at: new Date() };
    const verified: Verified = {
      state: 'verified',
      result,
      assertion: signAssertion(asserted, this.keys, this.environment),
    };
    const kept = this.keys.fields.encrypt(JSON.stringify(verified), placeOfAnswer(id));
    return this.read(id, await this.store.keepAnswer(id, kept));
  }

  private read(id: string, answer: Buffer): Verified {
    return JSON.parse(this.keys.fields.decrypt(answer, placeOfAnswer(id)).toString('utf8')) as Verified;
  }
}

function placeOfAnswer(id: string): string {
  return `test_authentications:answer:${id}`;
}
