import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.ts';
import { equalInConstantTime } from '../crypto/constant-time.ts';
import { randomCode, randomId, randomNonce } from '../crypto/random.ts';
import { ServiceKeys } from '../crypto/service-keys.ts';
import { sha256 } from '../crypto/sha256.ts';
import { isConflict } from '../database.ts';
import { CODE_ATTEMPTS, STARTS_PER_TEN_MINUTES, type Channel } from '../domain/authentication.ts';
import { parsePerson, seoulDay } from '../domain/person.ts';
import { parsePhoneNumber } from '../domain/phone-number.ts';
import { Problem } from '../domain/problem.ts';
import { NUMBER_BUDGET, PERSON_BUDGET, secondsUntilNextStart } from '../domain/start-budget.ts';
import { channelOf } from '../domain/subscription.ts';
import { Lines } from '../lines/lines.ts';
import { HandoverQueue } from '../queue/handover-queue.ts';
import { RelyingParties } from '../relying-parties/relying-parties.ts';
import type { NamedPerson } from './named-person.ts';
import { StartStore, type NamedLine, type NewAuthentication } from './start.store.ts';

/** What a person typed into a window, and what the relying party adds. */
export interface Starting {
  birthDate: string;
  genderDigit: string;
  phoneNumber: string;
  purpose: string;
  endUser?: { ip?: string; userAgent?: string };
}

/** Says that a start must happen once, however often it is asked for. A key of ours is never one of a client's. */
export interface Once {
  by: 'client' | 'window';
  key: string;
}

export interface Started {
  id: string;
  channel: Channel;
  state: 'pending';
  expiresAt: string;
  attemptsLeft: number;
}

/** The person that the window names, in the three forms that are looked up, compared and counted. */
interface Named {
  phoneNumber: string;
  /** `YYMMDD` and the gender digit. */
  owner: string;
  person: NamedPerson;
  personIndex: Buffer;
  personIndexes: Buffer[];
}

/** A start meets its own twin at most as often as a person's budget allows. */
const TRIES = 6;

/** Step 1 of an authentication: a window names a person, and a subscriber's phone is woken. */
@Injectable()
export class Start {
  /** The line that nobody has: an unknown number is decrypted and compared too, so that it takes as long as a known one. */
  private readonly nobody: { lineId: string; owner: Buffer };
  private readonly smsPermittable: boolean;

  constructor(
    private readonly keys: ServiceKeys,
    private readonly lines: Lines,
    private readonly relyingParties: RelyingParties,
    private readonly store: StartStore,
    private readonly queue: HandoverQueue,
    environment: Environment,
  ) {
    this.smsPermittable = environment.SMS_PERMISSION_MINUTES > 0;
    const lineId = 'nobody';
    const owner = JSON.stringify({ birthDate: '000000', genderDigit: '-' });
    this.nobody = { lineId, owner: keys.fields.encrypt(owner, `lines:owner:${lineId}`) };
  }

  /**
   * Starts an authentication. Whoever the number belongs to, if anybody, the same work is done and the same bytes are
   * answered. Problems: `invalid_request`, `too_many_requests`, `idempotency_key_reused`, `idempotency_in_progress`.
   */
  async start(input: Starting, clientId: string, once: Once | undefined): Promise<Started> {
    const named = this.name(input);
    const requests = this.keys.indexes.all('request', canonical(input, once));
    const idempotency = once ? { keyDigest: sha256(`${once.by}:${once.key}`), requestDigest: requests[0] } : null;
    try {
      await this.relyingParties.spendQuota(clientId);
    } catch (error) {
      const earlier = await this.earlier(clientId, idempotency, requests);
      if (earlier) return earlier;
      throw error;
    }
    const line = await this.find(named, clientId);
    for (let tries = 1; ; tries += 1) {
      const authentication = this.draw(named, line, input, clientId, idempotency);
      try {
        const { open, expiresAt, deliveryId } = await this.store.start(authentication);
        if (expiresAt) {
          this.queue.handOver(deliveryId);
          return started(authentication.id, authentication.channel, expiresAt);
        }
        if (!open) {
          throw new Problem('idempotency_in_progress', 'Wait a moment and send the same request again.', {
            retryAfterSeconds: 1,
          });
        }
      } catch (error) {
        // Another start of the same person, or the same key, committed between this statement's snapshot and its
        // insert. Nothing of ours was written; the next try sees it.
        const met = isConflict(error, 'authentications_one_pending') || isConflict(error, 'idempotency_keys_pkey');
        if (!met || tries === TRIES) throw error;
        continue;
      }
      return this.explain(authentication, requests);
    }
  }

  private name(input: Starting): Named {
    const phoneNumber = parsePhoneNumber(input.phoneNumber);
    const { birthDate, genderDigit } = input;
    const person = parsePerson({ birthDate, genderDigit, today: seoulDay(new Date()) });
    const errors = [];
    if (!phoneNumber) {
      errors.push({ pointer: '/phoneNumber', detail: 'Give a Korean mobile number, such as 010-1234-5678, or E.164.' });
    }
    if (!person) {
      errors.push({
        pointer: '/birthDate',
        detail: 'Give a day of the calendar (YYMMDD) that genderDigit puts in the past.',
      });
    }
    if (!phoneNumber || !person) throw new Problem('invalid_request', 'Mend what is listed in errors.', { errors });
    const owner = birthDate + genderDigit;
    const personIndexes = this.lines.personIndexesOf({ phoneNumber, owner: { birthDate, genderDigit } });
    return {
      phoneNumber,
      owner,
      person: { phoneNumber, birthDate, genderDigit },
      personIndex: personIndexes[0],
      personIndexes,
    };
  }

  /** The named person's own line, or null for an unknown number and for somebody else's alike. */
  private async find(named: Named, clientId: string): Promise<NamedLine | null> {
    const numbers = this.keys.indexes.all('phone', named.phoneNumber);
    const line = await this.store.namedLine(numbers, clientId, this.smsPermittable);
    const { birthDate, genderDigit } = this.lines.readOwner(line ?? this.nobody);
    const same = equalInConstantTime(Buffer.from(birthDate + genderDigit), Buffer.from(named.owner));
    return line && same ? line : null;
  }

  /** Draws what a new authentication consists of: for a decoy too, whose digest no code can meet. */
  private draw(
    named: Named,
    line: NamedLine | null,
    input: Starting,
    clientId: string,
    idempotency: NewAuthentication['idempotency'],
  ): NewAuthentication {
    const id = randomId();
    const channel = channelOf(line);
    const code = randomCode();
    const smsCode = this.keys.fields.encrypt(line ? code : 'decoy!', `authentications:sms_code:${id}`);
    const endUser = input.endUser && Object.keys(input.endUser).length > 0 ? JSON.stringify(input.endUser) : null;
    return {
      id,
      clientId,
      personIndex: named.personIndex,
      personIndexes: named.personIndexes,
      numberIndex: this.keys.indexes.of('person', `${clientId}\0${named.phoneNumber}`),
      person: this.keys.fields.encrypt(JSON.stringify(named.person), `authentications:person:${id}`),
      lineId: line?.lineId ?? null,
      lineVersion: line?.lineVersion ?? null,
      subscriptionId: line?.subscriptionId ?? null,
      channel,
      purpose: input.purpose,
      endUser: endUser === null ? null : this.keys.fields.encrypt(endUser, `authentications:end_user:${id}`),
      nonce: randomNonce(),
      codeDigest: channel === 'sms' ? this.keys.codes.of(line ? code : `decoy ${code}`, clientId, id) : null,
      smsCode: channel === 'sms' ? smsCode : null,
      idempotency,
    };
  }

  /** What this key started before. Problems: `idempotency_key_reused`. */
  private async earlier(
    clientId: string,
    idempotency: NewAuthentication['idempotency'],
    requests: readonly Buffer[],
  ): Promise<Started | null> {
    const earlier = idempotency && (await this.store.byIdempotencyKey(clientId, idempotency.keyDigest));
    if (!earlier) return null;
    if (!requests.some((digest) => equalInConstantTime(digest, earlier.requestDigest))) {
      throw new Problem('idempotency_key_reused', 'Take a new Idempotency-Key for a new body.');
    }
    return started(earlier.id, earlier.channel, earlier.expiresAt);
  }

  /** Nothing started: either this key did so before, or the person's budget is spent. */
  private async explain(
    { clientId, idempotency, personIndex, numberIndex }: NewAuthentication,
    requests: readonly Buffer[],
  ): Promise<Started> {
    const earlier = await this.earlier(clientId, idempotency, requests);
    if (earlier) return earlier;
    const spent = await this.store.starts(personIndex, numberIndex);
    const waits = spent.map(({ ofPerson, starts, now }) =>
      secondsUntilNextStart(starts, now, ofPerson ? PERSON_BUDGET : NUMBER_BUDGET),
    );
    const retryAfterSeconds = Math.max(1, ...waits);
    const detail =
      'This person was asked five times in ten minutes, or twenty times in a day; wait before asking again.';
    const limit = { name: 'starts', quota: STARTS_PER_TEN_MINUTES, seconds: 600 };
    throw new Problem('too_many_requests', detail, { retryAfterSeconds, limit });
  }
}

function started(id: string, channel: Channel, expiresAt: Date): Started {
  return { id, channel, state: 'pending', expiresAt: expiresAt.toISOString(), attemptsLeft: CODE_ATTEMPTS };
}

/**
 * One spelling of a request, to tell whether a repeated key came with the same body. From where a window is used is
 * not of its body: a phone that changes networks sends the same request again.
 */
function canonical(input: Starting, once: Once | undefined): string {
  const { birthDate, genderDigit, phoneNumber, purpose } = input;
  const endUser = once?.by === 'client' ? input.endUser : undefined;
  return JSON.stringify([
    birthDate,
    genderDigit,
    phoneNumber,
    purpose,
    endUser?.ip ?? null,
    endUser?.userAgent ?? null,
  ]);
}
