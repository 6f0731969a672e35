import { Injectable } from '@nestjs/common';
import { Authenticators } from '../authenticators/authenticators.ts';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { matchingOcraMinute } from '../crypto/ocra.ts';
import { judgeOtp } from '../crypto/otp-window.ts';
import { randomSecret } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { transactionQuestion } from '../crypto/transaction-question.ts';
import { AUTHENTICATOR_SECRET_BYTES } from '../domain/authenticator.ts';
import type { TransactionField } from '../domain/transaction.ts';
import type { AuthenticationView } from './authentication.store.ts';
import { PhoneCodeStore, type CodeContext, type PhoneCodeAttempt } from './phone-code.store.ts';

/** The relying party's input: the code and, with `sign`, the transaction that it is about to carry out. */
export interface TypedPhoneCode {
  code: string;
  transaction?: TransactionField[];
}

const WRONG: PhoneCodeAttempt = { step: null, drift: 0, far: null };

/**
 * Codes that a phone makes by itself. They are compared here, because PostgreSQL makes none of them; whether one counts
 * is decided by the row.
 */
@Injectable()
export class PhoneCode {
  /** The secret that a decoy's code is compared with, so that it takes as long. No phone has it. */
  private readonly nobodys = randomSecret(AUTHENTICATOR_SECRET_BYTES);

  constructor(
    private readonly keys: ServiceKeys,
    private readonly authenticators: Authenticators,
    private readonly store: PhoneCodeStore,
  ) {}

  /** The authentication after one attempt; undefined when nothing was open to try. */
  async try(
    id: string,
    clientId: string,
    typed: TypedPhoneCode,
  ): Promise<{ seen: AuthenticationView; question: string | null } | undefined> {
    const judged = await this.store.contextOf(id, clientId);
    if (!judged) return undefined;
    const question = typed.transaction ? transactionQuestion(id, typed.transaction) : null;
    const attempt = judged.channel === 'otp' ? this.judgeOtp(judged, typed.code) : this.judgeSigned(id, judged, typed);
    const seen = await this.store.try(id, clientId, attempt);
    return seen && { seen, question };
  }

  private judgeOtp(judged: CodeContext, typed: string): PhoneCodeAttempt {
    const { now: at, lastStep, drift, farStep, farDrift } = judged;
    const memory = {
      lastStep: Number(lastStep ?? -1),
      drift: drift ?? 0,
      far: farStep === null || farDrift === null ? null : { step: Number(farStep), drift: farDrift },
    };
    const judgement = judgeOtp({ secret: this.secretOf(judged), typed, at, memory });
    if (judgement.kind === 'wrong' || judged.authenticatorId === null) return WRONG;
    const { step, drift: seenDrift } = judgement;
    if (judgement.kind === 'far') return { step: null, drift: 0, far: { step, drift: seenDrift } };
    return { step, drift: seenDrift, far: null };
  }

  /** The transaction must be the one that the app showed, letter by letter, and the code the one that it makes of it. */
  private judgeSigned(id: string, judged: CodeContext, { code, transaction }: TypedPhoneCode): PhoneCodeAttempt {
    const shown = transactionQuestion(id, readTransaction(this.keys, id, judged.transaction));
    const question = transaction ? transactionQuestion(id, transaction) : '';
    const minute = matchingOcraMinute({ key: this.secretOf(judged), question: shown, typed: code, at: judged.now });
    const same = equalInConstantTime(Buffer.from(question), Buffer.from(shown));
    if (minute === null || !same || judged.authenticatorId === null) return WRONG;
    return { step: minute, drift: 0, far: null };
  }

  private secretOf({ authenticatorId, secret }: CodeContext): Buffer {
    return authenticatorId && secret ? this.authenticators.readSecret(authenticatorId, secret) : this.nobodys;
  }
}

/** Decrypts what an authentication's row has to be signed. */
export function readTransaction(keys: ServiceKeys, id: string, transaction: Buffer | null): TransactionField[] {
  if (!transaction) throw new Error('the authentication has no transaction to sign');
  const text = keys.fields.decrypt(transaction, `authentications:transaction:${id}`).toString('utf8');
  return JSON.parse(text) as TransactionField[];
}
