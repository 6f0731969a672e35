import { Injectable } from '@nestjs/common';
import { asLongAsHashing, takeHashingTurn, type HashingTurn } from '../crypto/password.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { matchingTotpStep } from '../crypto/totp.ts';
import { Database } from '../database/database.ts';
import { SIGN_IN_ATTEMPTS } from '../domain/operator.ts';
import { Problem } from '../domain/problem.ts';
import { codeIn } from '../domain/typed-text.ts';
import { networkOf } from '../http/address.ts';
import { FormLimits } from '../http/form-limits.ts';
import { Audit } from './audit.ts';
import { networkIndex } from './network-index.ts';
import type { SignedInOperator } from './operator.ts';
import { OperatorStore, type CountedAttempt } from './operator.store.ts';

/** The values that an operator enters to sign in, and the address of the browser. */
export interface SignIn {
  login: string;
  password: string;
  code: string;
  address: string;
}

/**
 * Maximum sign-ins in ten minutes from one address, as long as the operator never signed in there. A whole call centre
 * may share one address.
 */
const SIGN_INS_BY_ADDRESS = { times: 100, seconds: 600 };

/** What became of a sign-in: when it was compared, the failures so far, and what opens the session. */
interface Compared {
  began: number;
  failures: number | null;
  accepted?: { operatorId: string; step: number; password: string };
}

/** Replaces the secret of an unknown operator, so that the work and the duration stay the same. */
const NO_SECRET = Buffer.alloc(20);

/** The sessions of operators at the desk. */
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
   * Opens a session. Returns null for any wrong value, after the same time, so that the response does not reveal which
   * value was wrong. `renewed` sets a new cookie secret and returns its digest; `older` is the digest of the browser's
   * previous secret. Problems: `too_many_requests`, `service_unavailable` while too many sign in, which counts nothing.
   */
  async signIn(typed: SignIn, older: Buffer | undefined, renewed: () => Buffer): Promise<SignedInOperator | null> {
    const { login, address } = typed;
    const network = networkIndex(this.keys, address);
    const isFamiliar = await this.store.isFamiliar(login, network);
    const compared = await takeHashingTurn(isFamiliar ? 'familiar' : 'strange', async (turn) => {
      if (!isFamiliar)
        await this.limits.spend({ name: 'desk-sign-in', of: networkOf(address), ...SIGN_INS_BY_ADDRESS });
      return this.compare(typed, network, turn);
    });
    if (compared.accepted) {
      const begun = { ...compared.accepted, digest: renewed(), older, network };
      const operator = await this.database.transaction(async (session) => {
        const accepted = await this.store.begin(session, begun);
        if (accepted) await this.audit.done(session, { operator: login, action: 'sign-in', reason: '-', address });
        return accepted;
      });
      if (operator) return operator;
    }
    if (compared.failures === SIGN_IN_ATTEMPTS) await this.locked(login, address);
    await asLongAsHashing(compared.began);
    return null;
  }

  /**
   * Counts the attempt, then compares the one-time password, and the password only after that was right. A caller
   * without the operator's authenticator learns nothing about the password, and makes the service hash nothing.
   */
  private async compare({ login, password, code }: SignIn, network: Buffer, turn: HashingTurn): Promise<Compared> {
    const began = performance.now();
    const attempt = await this.store.countAttempt(login, network);
    const { id: operatorId, failures } = attempt;
    const step = matchingTotpStep(this.secretOf(attempt), codeIn(code), attempt.now);
    if (operatorId === null || attempt.password === null || step === null) return { began, failures };
    if (!(await turn.isPassword(password, attempt.password))) return { began, failures };
    return { began, failures, accepted: { operatorId, step, password: attempt.password } };
  }

  /**
   * Returns the operator of this session, or undefined if there is none or it has ended. Each call extends the idle
   * timeout.
   */
  async signedIn(digest: Buffer | undefined): Promise<SignedInOperator | undefined> {
    return digest && this.store.signedIn(digest);
  }

  /** Ends a session. */
  async signOut(digest: Buffer): Promise<void> {
    await this.store.end(digest);
  }

  /** Stores the reason for reading these subjects until the session ends. */
  async remember(digest: Buffer, about: readonly string[], reason: string): Promise<void> {
    if (about.length > 0) await this.store.remember(digest, about, reason);
  }

  /** Returns true the first time that a session names this subject, and false ever after. */
  async isFirst(digest: Buffer, about: string): Promise<boolean> {
    return this.store.rememberOnce(digest, about);
  }

  /** Returns the reason that the operator gave in this session for reading a subject; undefined without one. */
  async reasonFor(digest: Buffer, about: string): Promise<string | undefined> {
    return this.store.reasonFor(digest, about);
  }

  /** Deletes the ended sessions, and the addresses that are no longer familiar. */
  async purge(): Promise<void> {
    await this.store.purgeSessions();
    await this.store.forgetAddresses();
  }

  private secretOf({ id, totpSecret }: CountedAttempt): Uint8Array {
    if (id === null || totpSecret === null) return NO_SECRET;
    return this.keys.fields.decrypt(totpSecret, `operators:totp_secret:${id}`);
  }

  /** Audits only the failed sign-in that locks the account: anyone on the network can cause the others. */
  private async locked(operator: string, address: string): Promise<void> {
    const call = { operator, action: 'sign-in', reason: '-', address };
    const locked = new Problem('too_many_requests', 'The account is locked.');
    await this.audit.of(call, () => Promise.reject(locked)).catch(() => undefined);
  }
}
