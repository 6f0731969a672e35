import { Injectable } from '@nestjs/common';
import { newOperatorSecrets } from '../crypto/operator-secrets.ts';
import { takeHashingTurn } from '../crypto/password.ts';
import { randomId } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { fromBase32, totpUri } from '../crypto/totp.ts';
import { Database } from '../database/database.ts';
import { LOGIN, LONGEST_PASSWORD, OPERATOR_ROLES, PASSWORD_LENGTH } from '../domain/operator.ts';
import { Problem } from '../domain/problem.ts';
import { SHOWN_TEXT } from '../http/plain-text.ts';
import { Reissues } from '../subscriptions/reissues.ts';
import { networkIndex } from './network-index.ts';
import type { ListedOperator, NewOperator, SignedInOperator } from './operator.ts';
import { OperatorStore } from './operator.store.ts';

/** The accounts of the operators' desk. */
@Injectable()
export class Operators {
  constructor(
    private readonly database: Database,
    private readonly store: OperatorStore,
    private readonly reissues: Reissues,
    private readonly keys: ServiceKeys,
  ) {}

  /**
   * Creates an account. Returns a password for the first sign-in, and the URI for an authenticator app. Neither is
   * stored in clear, so hand both to the account's owner. Problems: `invalid_request`.
   */
  async add(operator: NewOperator): Promise<{ password: string; totpUri: string }> {
    const { login, name, role } = operator;
    if (!LOGIN.test(login))
      throw refused(
        'The login must have 2 to 32 characters of a-z, 0-9, dot, hyphen and underscore, and begin with a letter.',
      );
    if (!(OPERATOR_ROLES as readonly string[]).includes(role))
      throw refused(`The role must be one of ${OPERATOR_ROLES.join(', ')}.`);
    if (name.length > 60 || !SHOWN_TEXT.test(name))
      throw refused('The name must be one line of 1 to 60 visible characters.');
    const { password, ...secrets } = await newOperatorSecrets();
    if (!(await this.write(operator, { ...secrets, passwordIsInitial: true }))) {
      throw refused(`The login ${login} is already in use.`);
    }
    return { password, totpUri: totpUri({ issuer: 'Pushguard', account: login, secret: secrets.totpSecret }) };
  }

  /** Creates an account of the demonstration, if the login does not exist yet. */
  async seed(operator: NewOperator & { passwordDigest: string; totpSecret: string }): Promise<void> {
    if (await this.store.isThere(operator.login)) return;
    await this.write(operator, { ...operator, passwordIsInitial: false });
  }

  /**
   * Disables an account and ends its sessions at once. Problems: `invalid_request` for a login that is unknown or
   * already disabled.
   */
  async disable(login: string): Promise<void> {
    const disabled = await this.database.transaction(async (session) => {
      const id = await this.store.disable(session, login);
      if (id !== undefined) await this.reissues.withdrawAppliedBy(session, { id, name: login });
      return id;
    });
    if (disabled === undefined) throw refused(`No active operator has the login ${login}.`);
  }

  /** Lists all accounts by login, including disabled ones. */
  async list(): Promise<ListedOperator[]> {
    return this.store.list();
  }

  /**
   * Replaces the operator's password and ends their other sessions. `renewed` sets a new cookie secret for the present
   * session and returns its digest. Returns the fault of the typed passwords, or null on success. Problems:
   * `service_unavailable` while too many sign in, which counts nothing.
   */
  async choosePassword(
    operator: SignedInOperator,
    typed: { present: string; chosen: string; again: string; address: string },
    renewed: () => Buffer,
  ): Promise<'short' | 'long' | 'different' | 'same' | 'wrong' | null> {
    const { present, chosen, again } = typed;
    const length = Array.from(chosen.normalize('NFC')).length;
    if (length < PASSWORD_LENGTH) return 'short';
    if (length > LONGEST_PASSWORD) return 'long';
    if (chosen !== again) return 'different';
    if (chosen === present) return 'same';
    const network = networkIndex(this.keys, typed.address);
    return takeHashingTurn('familiar', async (turn) => {
      const { password } = await this.store.countAttempt(operator.login, network);
      if (password === null || !(await turn.isPassword(present, password))) return 'wrong';
      const to = await turn.digestOf(chosen);
      const change = { operatorId: operator.id, from: password, to, digest: renewed() };
      return (await this.store.changePassword(this.database, change)) ? null : 'wrong';
    });
  }

  private async write(
    { login, name, role }: NewOperator,
    secrets: { passwordDigest: string; passwordIsInitial: boolean; totpSecret: string },
  ): Promise<boolean> {
    const id = randomId();
    const { passwordDigest: password, passwordIsInitial } = secrets;
    const totpSecret = this.keys.fields.encrypt(fromBase32(secrets.totpSecret), `operators:totp_secret:${id}`);
    return this.store.add({ id, login, name, role, password, passwordIsInitial, totpSecret });
  }
}

function refused(detail: string): Problem {
  return new Problem('invalid_request', detail);
}
