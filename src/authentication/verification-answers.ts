import { Injectable } from '@nestjs/common';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import type { TypedPhoneCode } from './phone-code.ts';
import { VerificationAnswerStore } from './verification-answer.store.ts';

/**
 * The answers of verifications. An answer that was lost on its way is repeated, byte for byte, to the same request within
 * 60 seconds. It is encrypted, because it names the person, and deleted after that.
 */
@Injectable()
export class VerificationAnswers {
  constructor(
    private readonly keys: ServiceKeys,
    private readonly store: VerificationAnswerStore,
  ) {}

  /** The digests of a request under every key, the present one first: of the code and, with `sign`, the transaction. */
  digestsOf(id: string, { code, transaction }: TypedPhoneCode): [Buffer, ...Buffer[]] {
    const fields = transaction?.map(({ label, value }) => [label, value]) ?? null;
    return this.keys.indexes.all('request', JSON.stringify(['verification', id, code, fields]));
  }

  /**
   * Keeps the answer, a JSON text, and returns the one that counts: the first that was kept. Requests that compose it at
   * the same time all get that one.
   */
  async keep(id: string, answer: string): Promise<string> {
    const kept = await this.store.keep(id, this.keys.fields.encrypt(answer, placeOf(id)));
    return kept ? this.read(id, kept) : answer;
  }

  /**
   * Returns the kept answer to the same request of the same client: null while it is not composed, undefined when the
   * request is another one or 60 seconds have passed.
   */
  async repeat(id: string, clientId: string, digests: readonly Buffer[]): Promise<string | null | undefined> {
    const found = await this.store.find(id, clientId);
    if (!found || !digests.some((digest) => equalInConstantTime(digest, found.requestDigest))) return undefined;
    return found.answer && this.read(id, found.answer);
  }

  private read(id: string, answer: Buffer): string {
    return this.keys.fields.decrypt(answer, placeOf(id)).toString('utf8');
  }
}

function placeOf(id: string): string {
  return `verification_answers:answer:${id}`;
}
