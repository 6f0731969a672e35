import { Injectable } from '@nestjs/common';
import { isPassword } from '../crypto/password.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { matchingTotpStep } from '../crypto/totp.ts';
import { Database } from '../database/database.ts';
import { SIGN_IN_ATTEMPTS } from '../domain/operator.ts';
import { Problem } from '../domain/problem.ts';
import { FormLimits } from '../http/form-limits.ts';
import { Audit } from './audit.ts';
import type { SignedInOperator } from './operator.ts';
import { OperatorStore, type CountedAttempt } from './operator.store.ts';

/** What was typed at the door of the desk. */
export interface SignIn {
  login: string;
  password: string;
  code: string;
  address: string;
}

/** Sign-ins that may come from one address in ten minutes; a call centre may well have one for all its people. */
const SIGN_INS_BY_ADDRESS = { times: 100, seconds: 600 };

/** The secret that an unknown login is compared with. */
const NO_SECRET = Buffer.alloc(20);

/** Who sits at the desk now. */
@Injectable()
export class OperatorSessions {
  constructor(
    private readonly database: Database,
    private readonly store: OperatorStore,
    private readonly limits: FormLimits,
    private readonly keys: ServiceKeys,
    private readonly audit: Audit,
  ) {}

  /**
   * Opens a session, or answers null whatever was wrong, after the same work. `renewed` answers the digest of the
   * browser's new cookie secret; `older` is that of the one it came with. Problems: `too_many_requests`.
   */
  async signIn(
    { login, password, code, address }: SignIn,
    older: Buffer | undefined,
    renewed: () => Buffer,
  ): Promise<SignedInOperator | null> {
    await this.limits.spend({ name: 'desk-sign-in', of: address, ...SIGN_INS_BY_ADDRESS });
    const attempt = await this.store.countAttempt(login);
    const isRight = await isPassword(password, attempt.password);
    const step = matchingTotpStep(this.secretOf(attempt), code.replaceAll(' ', ''), attempt.now);
    if (isRight && step !== null && attempt.id !== null) {
      const begun = { operatorId: attempt.id, step, digest: renewed(), older, password: attempt.password };
      const operator = await this.database.transaction(async (session) => {
        const accepted = await this.store.begin(session, begun);
        if (accepted) await this.audit.done(session, { operator: login, action: 'sign-in', reason: '-', address });
        return accepted;
      });
      if (operator) return operator;
    }
    if (attempt.failures === SIGN_IN_ATTEMPTS) await this.locked(login, address);
    return null;
  }

  /** Returns the operator of this session, or undefined. Each call extends the idle timeout. */
  async signedIn(digest: Buffer | undefined): Promise<SignedInOperator | undefined> {
    return digest && this.store.signedIn(digest);
  }

  async signOut(digest: Buffer): Promise<void> {
    await this.store.end(digest);
  }

  /** Keeps why an operator looks at something, for as long as the session lasts. */
  async remember(digest: Buffer, about: readonly string[], reason: string): Promise<void> {
    if (about.length > 0) await this.store.remember(digest, about, reason);
  }

  async reasonFor(digest: Buffer, about: string): Promise<string | undefined> {
    return this.store.reasonFor(digest, about);
  }

  async purge(): Promise<void> {
    await this.store.purgeSessions();
  }

  private secretOf({ id, totpSecret }: CountedAttempt): Uint8Array {
    if (id === null || totpSecret === null) return NO_SECRET;
    return this.keys.fields.decrypt(totpSecret, `operators:totp_secret:${id}`);
  }

  /** Audits only the wrong sign-in that locks the account: any stranger can send the others. */
  private async locked(operator: string, address: string): Promise<void> {
    const call = { operator, action: 'sign-in', reason: '-', address };
    const locked = new Problem('too_many_requests', 'The account is locked.');
    await this.audit.of(call, () => Promise.reject(locked)).catch(() => undefined);
  }
}
