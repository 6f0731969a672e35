import { Injectable } from '@nestjs/common';
import { Authenticators } from '../authenticators/authenticators.ts';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { matchingOcraMinute } from '../crypto/ocra.ts';
import { judgeOtp } from '../crypto/otp-window.ts';
import { randomSecret } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { transactionQuestion } from '../crypto/transaction-question.ts';
import type { Flow } from '../domain/authentication.ts';
import { AUTHENTICATOR_SECRET_BYTES } from '../domain/authenticator.ts';
import type { TransactionField } from '../domain/transaction.ts';
import type { AuthenticationView } from './statement-parts.ts';
import { PhoneCodeStore, type CodeContext, type PhoneCodeAttempt } from './phone-code.store.ts';

/** The input of a relying party: the code and, with `sign`, the transaction that the relying party expects. */
export interface TypedPhoneCode {
  code: string;
  transaction?: TransactionField[];
}

const WRONG: PhoneCodeAttempt = { step: null, drift: 0, far: null };

/**
 * Verifies codes that a phone computes.
 * This process compares the codes, because PostgreSQL cannot compute them. The authenticator's row decides whether a
 * code counts.
 */
@Injectable()
export class PhoneCode {
  /** The secret that stands in for a decoy's, so that the comparison takes as long. No authenticator has it. */
  private readonly decoySecret = randomSecret(AUTHENTICATOR_SECRET_BYTES);

  constructor(
    private readonly keys: ServiceKeys,
    private readonly authenticators: Authenticators,
    private readonly store: PhoneCodeStore,
  ) {}

  /**
   * Counts one attempt and returns the authentication after it, with the canonical digest (`question`) of the given
   * transaction. A right one keeps `requestDigest`, if there is one. Undefined when no such authentication is open.
   */
  async try(
    id: string,
    clientId: string,
    typed: TypedPhoneCode,
    requestDigest: Buffer | null,
    flows: readonly Flow[],
  ): Promise<{ seen: AuthenticationView; question: string | null } | undefined> {
    const context = await this.store.contextOf(id, clientId, flows);
    if (!context) return undefined;
    const question = typed.transaction ? transactionQuestion(id, typed.transaction) : null;
    const attempt =
      context.channel === 'otp' ? this.judgeOtp(context, typed.code) : this.judgeSigned(id, context, typed);
    const { authenticatorId } = context;
    const seen = await this.store.try(id, clientId, { ...attempt, authenticatorId }, requestDigest);
    return seen && { seen, question };
  }

  private judgeOtp(context: CodeContext, typed: string): PhoneCodeAttempt {
    const { now: at, lastStep, drift, farStep, farDrift } = context;
    const memory = {
      lastStep: Number(lastStep ?? -1),
      drift: drift ?? 0,
      far: farStep === null || farDrift === null ? null : { step: Number(farStep), drift: farDrift },
    };
    const judgement = judgeOtp({ secret: this.secretOf(context), typed, at, memory });
    if (judgement.kind === 'wrong' || context.authenticatorId === null) return WRONG;
    const { step, drift: newDrift } = judgement;
    if (judgement.kind === 'far') return { step: null, drift: 0, far: { step, drift: newDrift } };
    return { step, drift: newDrift, far: null };
  }

  /**
   * The transaction must equal the one that the app showed, character by character, and the code must be the one that
   * the app computes from it.
   */
  private judgeSigned(id: string, context: CodeContext, { code, transaction }: TypedPhoneCode): PhoneCodeAttempt {
    const shown = transactionQuestion(id, readTransaction(this.keys, id, context.transaction));
    const question = transaction ? transactionQuestion(id, transaction) : '';
    const minute = matchingOcraMinute({ key: this.secretOf(context), question: shown, typed: code, at: context.now });
    const same = equalInConstantTime(Buffer.from(question), Buffer.from(shown));
    if (minute === null || !same || context.authenticatorId === null) return WRONG;
    return { step: minute, drift: 0, far: null };
  }

  /** A secret whose row was moved is answered like a wrong code. */
  private secretOf({ authenticatorId, secret, bond }: CodeContext): Buffer {
    const own = authenticatorId && secret && bond && this.authenticators.readSecret(authenticatorId, secret, bond);
    return own || this.decoySecret;
  }
}

/** Decrypts the transaction of an authentication's row. Throws if the row has none. */
export function readTransaction(keys: ServiceKeys, id: string, transaction: Buffer | null): TransactionField[] {
  if (!transaction) throw new Error('the authentication has no transaction to sign');
  const text = keys.fields.decrypt(transaction, `authentications:transaction:${id}`).toString('utf8');
  return JSON.parse(text) as TransactionField[];
}
