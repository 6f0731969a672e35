import { Injectable, Logger } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { AuthenticationStatus } from '../authentication/status.ts';
import type { Caller } from '../crypto/access-token.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { Database } from '../database/database.ts';
import { includesName, type LineFacts } from '../domain/line.ts';
import { Problem } from '../domain/problem.ts';
import { QUESTION_LIMIT } from '../domain/start-budget.ts';
import { CamaraError } from '../http/camara-error.ts';
import { Lines } from '../lines/lines.ts';
import { StartBudgets } from '../lines/start-budgets.ts';
import { RelyingParties } from '../relying-parties/relying-parties.ts';
import { SubjectStore, type SubjectRow } from './subject.store.ts';

const DAY_SECONDS = 86_400;
/** The part of a client's unknown numbers of a day after which the operator is warned. */
const WARNED_AT = 0.8;

/** The line that an operation is about. */
export type Subject = Omit<SubjectRow, 'owner'> & Pick<LineFacts, 'phoneNumber' | 'owner'>;

/** Finds the line that a CAMARA operation is about: by the token of a person, or by the number in the body. */
@Injectable()
export class Subjects {
  private readonly logger = new Logger(Subjects.name);

  constructor(
    private readonly authentications: AuthenticationStatus,
    private readonly lines: Lines,
    private readonly keys: ServiceKeys,
    private readonly store: SubjectStore,
    private readonly relyingParties: RelyingParties,
    private readonly budgets: StartBudgets,
    private readonly database: Database,
    private readonly environment: Environment,
  ) {}

  /**
   * The line of the person for whom the token stands, and then no number may be sent; with a token of the client alone, the
   * line of the number, which must be. With `mayRepeat`, a person's own number may be sent too.
   * Each question spends of the client's quota and of its questions about the number, whether or not a line has it. A client
   * that asked about too many numbers of no line on a day gets no further answer about a number: it would learn from the
   * answers which numbers are those of customers. A line of another carrier counts as none.
   * With `isQuestion` false, no question about the number is spent: for an operation that answers nothing about the line.
   * CAMARA: `MISSING_IDENTIFIER`, `UNNECESSARY_IDENTIFIER`, `INVALID_TOKEN_CONTEXT`, `IDENTIFIER_NOT_FOUND`,
   * `QUOTA_EXCEEDED`. Problems: `too_many_requests`, `authentication_not_found` once the verification is no longer kept.
   */
  async of(
    caller: Caller,
    phoneNumber: string | undefined,
    { mayRepeat = false, isQuestion = true } = {},
  ): Promise<Subject> {
    if (!caller.person) {
      if (phoneNumber === undefined)
        throw new CamaraError('MISSING_IDENTIFIER', 'Send phoneNumber, because the access token stands for no person.');
      return this.find(phoneNumber, caller);
    }
    if (phoneNumber !== undefined && !mayRepeat)
      throw new CamaraError('UNNECESSARY_IDENTIFIER', 'Leave phoneNumber out: the access token identifies the line.');
    const verified = await this.authentications.verified(caller.person.authenticationId, caller.id);
    if (!verified)
      throw new Problem('authentication_not_found', 'No verification of this access token is kept any more.');
    const { lineId, person } = verified;
    if (phoneNumber !== undefined && phoneNumber !== person.phoneNumber)
      throw new CamaraError('INVALID_TOKEN_CONTEXT', 'Send the number of the access token, or no phoneNumber.');
    const subject = await this.find(person.phoneNumber, caller, isQuestion);
    const { birthDate, genderDigit } = subject.owner;
    // Since the verification, the number or the line may have become another person's.
    if (subject.lineId !== lineId || birthDate !== person.birthDate || genderDigit !== person.genderDigit)
      throw notFound();
    return subject;
  }

  /** Of lines of other carriers, about which this one's feed tells nothing, no API says anything. */
  private async find(phoneNumber: string, caller: Caller, isQuestion = true): Promise<Subject> {
    await this.relyingParties.spendQuota(caller.id);
    if (isQuestion) await this.spend(phoneNumber, caller);
    const { CAMARA_MOST_UNKNOWN, HOME_CARRIERS } = this.environment;
    const { row, misses } = await this.store.byNumber(this.keys.indexes.all('phone', phoneNumber), caller.id);
    if (!caller.person && misses >= CAMARA_MOST_UNKNOWN) throw tooManyUnknown(CAMARA_MOST_UNKNOWN);
    if (!row || !includesName(HOME_CARRIERS, row.carrier)) {
      if (!caller.person) await this.missed(phoneNumber, caller);
      throw notFound();
    }
    return { ...row, phoneNumber, owner: this.lines.readOwner(row) };
  }

  /** Counts a number that met no line, once a day. */
  private async missed(phoneNumber: string, { id, clientId }: Caller): Promise<void> {
    const today = new Date().toISOString().slice(0, 10);
    if (!(await this.budgets.spend(this.database, this.budgets.ofUnknown(phoneNumber, id, today)))) return;
    const misses = await this.store.missed(id);
    const { CAMARA_MOST_UNKNOWN: most } = this.environment;
    if (misses !== most && misses !== Math.ceil(most * WARNED_AT)) return;
    this.logger.warn(`${clientId} asked about ${misses} unknown numbers today, of ${most} (CAMARA_MOST_UNKNOWN)`);
  }

  private async spend(phoneNumber: string, { id }: Caller): Promise<void> {
    const budgets = this.budgets.ofQuestions(phoneNumber, id);
    if (await this.budgets.spend(this.database, budgets)) return;
    const seconds = await this.budgets.secondsLeft(budgets);
    const sentence = `One client asks at most ${QUESTION_LIMIT.perDay} times a day about one number. Wait before asking again.`;
    const limit = { name: 'questions', quota: QUESTION_LIMIT.perDay, seconds: DAY_SECONDS };
    throw new CamaraError('QUOTA_EXCEEDED', sentence, seconds, limit);
  }
}

/** The same for every number, and until the day of UTC ends. */
function tooManyUnknown(quota: number): CamaraError {
  const left = DAY_SECONDS - (Math.floor(Date.now() / 1000) % DAY_SECONDS);
  const sentence = 'This client asked about too many numbers today that no line has. Ask again tomorrow (UTC).';
  return new CamaraError('QUOTA_EXCEEDED', sentence, left, { name: 'unknown-numbers', quota, seconds: DAY_SECONDS });
}

function notFound(): CamaraError {
  return new CamaraError('IDENTIFIER_NOT_FOUND', 'No line of this carrier has the number.');
}
