import { Injectable } from '@nestjs/common';
import type { Caller } from '../crypto/access-token.ts';
import { Database } from '../database/database.ts';
import { ageOn, parsePerson, seoulDay, type Person } from '../domain/person.ts';
import { MATCH_LIMIT } from '../domain/start-budget.ts';
import { CamaraError } from '../http/camara-error.ts';
import { StartBudgets } from '../lines/start-budgets.ts';
import { CamaraAnswers } from './camara-answers.ts';
import type { MatchRequest, MatchResult, VerifyAgeRequest, VerifyAgeResponse } from './kyc.dto.ts';
import { Subjects, type Subject } from './subjects.ts';

/**
 * The ages on which Korean law makes something depend, in full years: 14 (consent to the use of personal data), 15 (work), 18
 * and 19 (of age). With any age, a relying party could search for the birth date.
 */
const THRESHOLDS = [14, 15, 18, 19];
const DAY_SECONDS = 86_400;

/** Compares what relying parties know about a person with the owner of the line. */
@Injectable()
export class Kyc {
  constructor(
    private readonly subjects: Subjects,
    private readonly answers: CamaraAnswers,
    private readonly budgets: StartBudgets,
    private readonly database: Database,
  ) {}

  /**
   * Whether the owner has an age, in full years on the day in Seoul. Further attributes of the request are not compared.
   * CAMARA: `OUT_OF_RANGE`; else as {@link Subjects.of}.
   */
  async verifyAge(request: VerifyAgeRequest, caller: Caller): Promise<VerifyAgeResponse> {
    const { phoneNumber, ageThreshold, includeContentLock, includeParentalControl } = request;
    if (!THRESHOLDS.includes(ageThreshold))
      throw new CamaraError('OUT_OF_RANGE', `Send ageThreshold as one of: ${THRESHOLDS.join(', ')}.`);
    const subject = await this.subjects.of(caller, phoneNumber);
    const person = subscriberIn(subject);
    await this.answers.disclose('kyc-age-verification/verify', subject, caller);
    return {
      ageCheck: person ? resultOf(ageOn(person.birthDate, seoulDay(subject.now)) >= ageThreshold) : 'not_available',
      ...(person && { verifiedStatus: true }),
      ...(includeContentLock && { contentLock: 'not_available' }),
      ...(includeParentalControl && { parentalControl: 'not_available' }),
    };
  }

  /**
   * Compares attributes with those of the owner, of whom the service knows the birth date and the gender. Each answer
   * about one of them counts: the day is one of 36,500.
   * CAMARA: `KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION`, `QUOTA_EXCEEDED`; else as {@link Subjects.of}.
   */
  async match(request: MatchRequest, caller: Caller): Promise<Record<string, MatchResult>> {
    const { phoneNumber, ...attributes } = request;
    const names = Object.keys(attributes) as (keyof typeof attributes)[];
    const asked = names.filter((name) => attributes[name] !== undefined);
    if (asked.length === 0) {
      throw phoneNumber === undefined
        ? new CamaraError('INVALID_ARGUMENT', 'Send at least one attribute to compare.')
        : new CamaraError(
            'KNOW_YOUR_CUSTOMER.INVALID_PARAM_COMBINATION',
            'Send at least one attribute to compare beside phoneNumber.',
          );
    }
    const subject = await this.subjects.of(caller, phoneNumber, { mayRepeat: true });
    const person = subscriberIn(subject);
    const { birthdate, gender } = attributes;
    if (birthdate !== undefined || gender !== undefined)
      await this.spend(subject.phoneNumber, caller, `${birthdate}\0${gender}`);
    const known: Record<string, boolean | undefined> = {
      birthdate: person && birthdate === person.birthDate,
      gender: person && gender === GENDERS[person.gender],
    };
    await this.answers.disclose('kyc-match/match', subject, caller);
    return Object.fromEntries(asked.map((name) => [`${name}Match`, resultOf(known[name])]));
  }

  /**
   * Spends a comparison, but for a guess that the relying party made before: it learns nothing from it. One that the
   * person approved spends nothing of what all relying parties share. The answer of both limits is the same, so that no
   * relying party learns of the comparisons of others.
   */
  private async spend(phoneNumber: string, { id, person }: Caller, guess: string): Promise<void> {
    const budgets = this.budgets.ofComparing(phoneNumber, id, { isShared: !person });
    try {
      await this.database.transaction(async (session) => {
        const isNew = await this.budgets.spend(session, this.budgets.ofGuess(phoneNumber, id, guess));
        if (isNew && !(await this.budgets.spend(session, budgets))) throw new Overspent();
      });
    } catch (error) {
      if (!(error instanceof Overspent)) throw error;
      const sentence = 'The data of this number was compared too often within a day. Send a guess again tomorrow.';
      throw new CamaraError('QUOTA_EXCEEDED', sentence, DAY_SECONDS, {
        name: 'matches',
        quota: MATCH_LIMIT.perDay,
        seconds: DAY_SECONDS,
      });
    }
  }
}

/** A refused guess is not remembered: this ends the transaction that would. */
class Overspent extends Error {
  override readonly name = 'Overspent';
}

const GENDERS = { male: 'MALE', female: 'FEMALE' } as const;

/** The person who has the contract; undefined for the line of a company or of another person than its user. */
function subscriberIn({ holder, owner, now }: Subject): Person | undefined {
  return holder === 'self' ? (parsePerson({ ...owner, today: seoulDay(now) }) ?? undefined) : undefined;
}

function resultOf(is: boolean | undefined): MatchResult {
  if (is === undefined) return 'not_available';
  return is ? 'true' : 'false';
}
