import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { signJws } from '../crypto/compact-jws.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { subjectOf } from '../crypto/subject.ts';
import { stateAt, type Channel } from '../domain/authentication.ts';
import { parsePerson, seoulDay } from '../domain/person.ts';
import { Problem } from '../domain/problem.ts';
import { AuthenticationStore, type Seen } from './authentication.store.ts';
import { closedProblem, notFound } from './closed-problem.ts';
import { readPerson } from './named-person.ts';
import { Watch } from './watch.ts';

/** Who was verified, as the relying party learns it. */
export interface VerifiedPerson {
  /** The person's id at this relying party only. */
  subject: string;
  birthDate: string;
  gender: 'male' | 'female';
  foreigner: boolean;
  phoneNumber: string;
  verifiedAt: string;
  channel: Channel;
}

export interface Verified {
  state: 'verified';
  result: VerifiedPerson;
  assertion: string;
}

/** Seconds for which a relying party may pass the assertion on. */
const ASSERTION_SECONDS = 300;

/** Step 4 of an authentication: the window sends the code that the person typed. */
@Injectable()
export class Verify {
  constructor(
    private readonly keys: ServiceKeys,
    private readonly store: AuthenticationStore,
    private readonly watch: Watch,
    private readonly environment: Environment,
  ) {}

  /**
   * Problems: `code_mismatch`, `attempts_exhausted`, `authentication_closed`, `authentication_expired`,
   * `authentication_not_found`.
   */
  async verify(id: string, code: string, client: { id: string; clientId: string }): Promise<Verified> {
    const tried = await this.store.tryCode(id, client.id, this.keys.codes.all(code, client.id, id));
    if (!tried) throw await this.explain(id, client.id);
    if (tried.state === 'verified') {
      this.watch.changed(id);
      const result = this.person(tried);
      return { state: 'verified', result, assertion: this.assert(tried.id, client.clientId, result) };
    }
    if (tried.state === 'failed') {
      this.watch.changed(id);
      const detail = 'That was the fifth wrong code; start a new authentication.';
      throw new Problem('attempts_exhausted', detail, { attemptsLeft: 0 });
    }
    const { attemptsLeft } = tried;
    const detail = 'Let the person read the code in the app again and type its six digits.';
    throw new Problem('code_mismatch', detail, { attemptsLeft });
  }

  /** The person behind a verified authentication. */
  person(seen: Seen): VerifiedPerson {
    const { id, lineId, closedAt } = seen;
    if (!lineId || !seen.person || !closedAt) throw new Error('a verified authentication names nobody');
    const { phoneNumber, birthDate, genderDigit } = readPerson(this.keys, id, seen.person);
    const person = parsePerson({ birthDate, genderDigit, today: seoulDay(new Date()) });
    if (!person) throw new Error('a verified person has no possible birth date');
    return {
      subject: subjectOf(this.keys.subject, { clientId: seen.clientId, lineId, owner: birthDate + genderDigit }),
      ...person,
      phoneNumber,
      verifiedAt: closedAt.toISOString(),
      channel: seen.channel,
    };
  }

  /** The same as a JWS that the relying party may show to others. */
  private assert(id: string, audience: string, result: VerifiedPerson): string {
    const { subject, ...claims } = result;
    const iat = Math.floor(new Date(result.verifiedAt).getTime() / 1000);
    return signJws(this.keys.signing[0], 'JWT', {
      iss: this.environment.ISSUER,
      aud: audience,
      sub: subject,
      iat,
      exp: iat + ASSERTION_SECONDS,
      jti: id,
      acr: result.channel,
      // RFC 8176: proof of possession of the device's key, the PIN and the typed code; or a text message.
      amr: result.channel === 'push' ? ['pop', 'pin', 'otp', 'mfa'] : ['sms', 'otp'],
      ...claims,
    });
  }

  private async explain(id: string, clientId: string): Promise<Problem> {
    const seen = await this.store.see(id, clientId);
    return seen ? closedProblem(stateAt(seen)) : notFound();
  }
}
